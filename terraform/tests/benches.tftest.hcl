# Several benches: what the functions are told of them, which one is current, and what is refused. The last run is what
# tests/infrastructure/deployment.test.ts compares with the code.

mock_provider "google" {
  source = "./tests/mocks"
}

mock_provider "google-beta" {}

variables {
  project_id    = "my-project"
  domain        = "sites.example.com"
  mail          = { host = "smtp.example.com", user = "kairos", from = "no-reply@example.com" }
  mail_password = "mail-password"
  # terraform test, unlike apply, insists on what is ephemeral.
  api_keys                = []
  database_admin_password = ""
  dist_directory          = "tests/zips"
  # Or what a test has made could not be cleared away.
  deletion_protection = false
}

run "one_bench_is_main" {
  command = plan

  assert {
    condition = jsonencode(output.benches) == jsonencode([{
      name    = "main"
      image   = "europe-west1-docker.pkg.dev/my-project/kairos-docker-hub/frappe/erpnext:v16.32.3"
      apps    = ["erpnext"]
      url     = "http://frappe-bench:8080"
      current = true
      retired = false
      service = "frappe-bench"
    }])
    error_message = "The one bench is another than it was before there could be several."
  }

  assert {
    condition     = { for name in ["api", "provision", "cleanup"] : name => contains(keys(google_cloudfunctions2_function.this[name].service_config[0].environment_variables), "BENCHES") } == { api = false, provision = false, cleanup = false }
    error_message = "One bench is told as several are."
  }
}

run "not_any_bench_can_be_left_out" {
  command = plan

  variables {
    deletion_protection = true
    benches = {
      main   = { image = "frappe/erpnext:v16.32.3", retired = true }
      v16-33 = { image = "frappe/erpnext:v16.33.0", current = true }
    }
  }

  assert {
    condition     = { for name, one in terraform_data.bench : name => one.input.may_go } == { main = true, v16-33 = false }
    error_message = "A bench that is not retired can be left out, or one that is cannot."
  }
}

run "refused_a_bench_with_capitals" {
  command = plan

  variables {
    benches = { V16 = { image = "frappe/erpnext:v16.33.0", current = true } }
  }

  expect_failures = [var.benches]
}

run "refused_a_bench_whose_name_is_too_long_for_its_parts" {
  command = plan

  variables {
    benches = { a234567890123456789012345 = { image = "frappe/erpnext:v16.33.0", current = true } }
  }

  expect_failures = [var.benches]
}

run "refused_a_bench_called_as_a_part_of_main" {
  command = plan

  variables {
    benches = { next-socketio = { image = "frappe/erpnext:v16.33.0", current = true } }
  }

  expect_failures = [var.benches]
}

run "refused_a_bench_of_any_version" {
  command = plan

  variables {
    benches = { main = { image = "frappe/erpnext", current = true } }
  }

  expect_failures = [var.benches]
}

run "refused_a_bench_without_apps" {
  command = plan

  variables {
    benches = { main = { image = "frappe/erpnext:v16.33.0", apps = [], current = true } }
  }

  expect_failures = [var.benches]
}

run "refused_a_bench_at_no_url" {
  command = plan

  variables {
    benches = { main = { image = "frappe/erpnext:v16.33.0", url = "our-bench", current = true } }
  }

  expect_failures = [var.benches]
}

run "refused_no_current_bench" {
  command = plan

  variables {
    benches = { main = { image = "frappe/erpnext:v16.33.0" } }
  }

  expect_failures = [var.benches]
}

run "refused_two_current_benches" {
  command = plan

  variables {
    benches = {
      main   = { image = "frappe/erpnext:v16.32.3", current = true }
      v16-33 = { image = "frappe/erpnext:v16.33.0", current = true }
    }
  }

  expect_failures = [var.benches]
}

run "refused_a_current_bench_that_is_to_go" {
  command = plan

  variables {
    benches = { main = { image = "frappe/erpnext:v16.33.0", current = true, retired = true } }
  }

  expect_failures = [var.benches]
}

run "refused_benches_beside_an_image" {
  command = plan

  variables {
    frappe_image = "frappe/erpnext:v16.32.3"
    benches      = { main = { image = "frappe/erpnext:v16.33.0", current = true } }
  }

  expect_failures = [var.benches]
}

run "refused_benches_beside_a_url" {
  command = plan

  variables {
    bench_url = "http://our-bench:8080"
    benches   = { main = { image = "frappe/erpnext:v16.33.0", current = true } }
  }

  expect_failures = [var.benches]
}

run "refused_more_benches_than_the_functions_take" {
  command = plan

  variables {
    benches = merge({ main = { image = "a:1", current = true } }, { for number in range(20) : "v${number}" => { image = "a:1" } })
  }

  expect_failures = [var.benches]
}

run "three_benches" {
  variables {
    frappe_apps = ["erpnext", "hrms"]
    benches = {
      main   = { image = "frappe/erpnext:v16.32.3" }
      v16-33 = { image = "europe-west1-docker.pkg.dev/my-project/kairos/bench:v16.33", apps = ["erpnext"], current = true }
      v16-34 = { image = "registry.example.com/bench@sha256:0123456789abcdef", url = "" }
    }
  }

  assert {
    condition     = [for one in output.benches : one.service] == ["frappe-bench", "frappe-bench-v16-33", "frappe-bench-v16-34"]
    error_message = "A bench's Service is another one's."
  }
}
