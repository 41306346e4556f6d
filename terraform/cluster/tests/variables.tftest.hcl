# What is refused before anything is made. The first run shows that the rest is well.

mock_provider "helm" {}

mock_provider "terraform" {
  source = "./tests/mocks"
}

run "nothing_need_be_given" {
  command = plan
}

run "a_state_in_a_bucket" {
  command = plan

  variables {
    control_plane_state = { backend = "gcs", config = { bucket = "my-states", prefix = "kairos" } }
  }

  assert {
    condition     = data.terraform_remote_state.control_plane.backend == "gcs"
    error_message = "The state is read from elsewhere."
  }
}

run "refused_a_state_kept_elsewhere" {
  command = plan

  variables {
    control_plane_state = { backend = "s3", config = { path = "x" } }
  }

  expect_failures = [var.control_plane_state]
}

run "refused_a_bucket_without_a_name" {
  command = plan

  variables {
    control_plane_state = { backend = "gcs", config = { path = "x" } }
  }

  expect_failures = [var.control_plane_state]
}

run "refused_a_file_without_a_path" {
  command = plan

  variables {
    control_plane_state = { backend = "local", config = {} }
  }

  expect_failures = [var.control_plane_state]
}

run "refused_no_time" {
  command = plan

  variables {
    timeout_seconds = 10
  }

  expect_failures = [var.timeout_seconds]
}

run "refused_a_mariadb_of_any_version" {
  command = plan

  variables {
    mariadb = { image = "mariadb" }
  }

  expect_failures = [var.mariadb]
}

run "refused_a_disk_in_parts" {
  command = plan

  variables {
    mariadb = { storage_gib = 0.5 }
  }

  expect_failures = [var.mariadb]
}

run "refused_a_storage_class_with_spaces" {
  command = plan

  variables {
    mariadb = { storage_class = "premium rwo" }
  }

  expect_failures = [var.mariadb]
}

run "refused_processors_by_their_name" {
  command = plan

  variables {
    mariadb = { cpu = "two" }
  }

  expect_failures = [var.mariadb]
}

run "refused_a_mariadb_in_mebibytes" {
  command = plan

  variables {
    mariadb = { memory = "4096Mi" }
  }

  expect_failures = [var.mariadb]
}

run "refused_a_backup_at_no_time" {
  command = plan

  variables {
    backup = { schedule = "daily" }
  }

  expect_failures = [var.backup]
}

run "refused_a_backup_without_room" {
  command = plan

  variables {
    backup = { scratch_gib = 0 }
  }

  expect_failures = [var.backup]
}

run "refused_a_backup_on_no_storage_class" {
  command = plan

  variables {
    backup = { storage_class = "" }
  }

  expect_failures = [var.backup]
}

run "refused_any_gcloud" {
  command = plan

  variables {
    cloud_sdk_image = "gcloud"
  }

  expect_failures = [var.cloud_sdk_image]
}

run "refused_no_timeout" {
  command = plan

  variables {
    gateway = { timeout_seconds = 0 }
  }

  expect_failures = [var.gateway]
}

run "refused_a_second_bench" {
  command = plan

  variables {
    bench_service = { name = "ours" }
  }

  expect_failures = [var.bench_service]
}

run "refused_a_way_that_leads_nowhere" {
  command = plan

  variables {
    bench_enabled = false
  }

  expect_failures = [var.bench_service]
}

run "refused_a_service_that_is_a_url" {
  command = plan

  variables {
    bench_enabled = false
    bench_service = { name = "http://ours" }
  }

  expect_failures = [var.bench_service]
}

run "refused_a_port_that_is_none" {
  command = plan

  variables {
    bench_enabled = false
    bench_service = { name = "ours", port = 0 }
  }

  expect_failures = [var.bench_service]
}

run "refused_processors_of_no_number" {
  command = plan

  variables {
    bench = { gunicorn = { cpu = "all" } }
  }

  expect_failures = [var.bench]
}

run "refused_memory_of_no_unit" {
  command = plan

  variables {
    bench = { queue = { memory = "512" } }
  }

  expect_failures = [var.bench]
}

run "refused_no_web_server" {
  command = plan

  variables {
    bench = { gunicorn = { replicas = 0 } }
  }

  expect_failures = [var.bench]
}

run "refused_a_socketio_without_a_bench" {
  command = plan

  variables {
    bench_service = { name = "", sockets_name = "ours" }
  }

  expect_failures = [var.bench_service]
}

run "refused_a_socketio_that_is_a_url" {
  command = plan

  variables {
    bench_enabled = false
    bench_service = { name = "ours", sockets_name = "http://ours" }
  }

  expect_failures = [var.bench_service]
}

run "refused_a_socketio_at_a_port_that_is_none" {
  command = plan

  variables {
    bench_enabled = false
    bench_service = { name = "ours", sockets_name = "ours", sockets_port = 70000 }
  }

  expect_failures = [var.bench_service]
}

run "refused_a_router_of_one_pod" {
  command = plan

  variables {
    router = { replicas = 1 }
  }

  expect_failures = [var.router]
}

run "refused_a_router_of_no_fixed_image" {
  command = plan

  variables {
    router = { image = "nginx" }
  }

  expect_failures = [var.router]
}

run "refused_a_router_with_processors_of_no_number" {
  command = plan

  variables {
    router = { cpu = "half" }
  }

  expect_failures = [var.router]
}

run "refused_a_router_with_memory_of_no_unit" {
  command = plan

  variables {
    router = { memory = "256" }
  }

  expect_failures = [var.router]
}
