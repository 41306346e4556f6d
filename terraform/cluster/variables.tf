# Nothing must be given: what is not here comes from the root above, and everything here has a default.

variable "control_plane_state" {
  description = "Where the state of the root above is kept: the backend and its configuration. The default is its own file; for a bucket, { backend = \"gcs\", config = { bucket = \"…\", prefix = \"…\" } }."
  type = object({
    backend = string
    config  = map(string)
  })
  default = {
    backend = "local"
    config  = { path = "../terraform.tfstate" }
  }
  nullable = false

  validation {
    condition     = contains(["local", "gcs"], var.control_plane_state.backend)
    error_message = "The control_plane_state.backend must be local or gcs."
  }

  validation {
    condition     = contains(keys(var.control_plane_state.config), var.control_plane_state.backend == "gcs" ? "bucket" : "path")
    error_message = "The control_plane_state.config must have a path where the backend is local, and a bucket where it is gcs."
  }
}

variable "timeout_seconds" {
  description = "How long each of the releases may take until all of it runs. The first time nodes are made, and images of several GB pulled."
  type        = number
  default     = 1800
  nullable    = false

  validation {
    condition     = var.timeout_seconds >= 300 && var.timeout_seconds <= 7200 && floor(var.timeout_seconds) == var.timeout_seconds
    error_message = "The timeout_seconds must be a whole number from 300 to 7200."
  }
}

# The database and its backups.

variable "mariadb" {
  description = "The MariaDB in the cluster, where there is one: its image, its disk, its processors and its memory in whole Gi. The disk's size and class cannot be changed later by an apply."
  type = object({
    image         = optional(string, "mariadb:11.8.6")
    storage_gib   = optional(number, 100)
    storage_class = optional(string, "premium-rwo")
    cpu           = optional(string, "1")
    memory        = optional(string, "4Gi")
  })
  default  = {}
  nullable = false

  validation {
    condition     = can(regex("^\\S+[:@][^\\s/]+$", var.mariadb.image))
    error_message = "The mariadb.image must be a container image with a tag or digest, such as mariadb:11.8.6."
  }

  validation {
    condition     = var.mariadb.storage_gib >= 1 && floor(var.mariadb.storage_gib) == var.mariadb.storage_gib
    error_message = "The mariadb.storage_gib must be a whole number from 1 on."
  }

  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$", var.mariadb.storage_class))
    error_message = "The mariadb.storage_class must be the name of a storage class, such as premium-rwo."
  }

  validation {
    condition     = can(regex("^[0-9]+(\\.[0-9]+|m)?$", var.mariadb.cpu))
    error_message = "The mariadb.cpu must be a number of processors, such as 2 or 500m."
  }

  validation {
    condition     = can(regex("^[1-9][0-9]*Gi$", var.mariadb.memory))
    error_message = "The mariadb.memory must be in whole Gi, such as 4Gi: half of it is InnoDB's buffer pool."
  }
}

variable "backup" {
  description = "The nightly backup of all databases and of the sites' files: whether there is one, when (as cron has it, in UTC), and the disk on which a dump is made before it is sent."
  type = object({
    enabled       = optional(bool, true)
    schedule      = optional(string, "23 2 * * *")
    scratch_gib   = optional(number, 100)
    storage_class = optional(string, "standard-rwo")
  })
  default  = {}
  nullable = false

  validation {
    condition     = can(regex("^[0-9*/,-]+( [0-9*/,-]+){4}$", var.backup.schedule))
    error_message = "The backup.schedule must have cron's five fields, such as 23 2 * * *."
  }

  validation {
    condition     = var.backup.scratch_gib >= 1 && floor(var.backup.scratch_gib) == var.backup.scratch_gib
    error_message = "The backup.scratch_gib must be a whole number from 1 on."
  }

  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$", var.backup.storage_class))
    error_message = "The backup.storage_class must be the name of a storage class, such as standard-rwo."
  }
}

variable "cloud_sdk_image" {
  description = "The image with gcloud and Python, for what talks to Secret Manager and Cloud Storage."
  type        = string
  default     = "gcr.io/google.com/cloudsdktool/google-cloud-cli:573.0.0-slim"
  nullable    = false

  validation {
    condition     = can(regex("^\\S+[:@][^\\s/]+$", var.cloud_sdk_image))
    error_message = "The cloud_sdk_image must be a container image with a tag or digest."
  }
}

# The way in.

variable "gateway" {
  description = "The load balancer before the sites: whether there is one, and how long a request may take or a websocket stay open."
  type = object({
    enabled         = optional(bool, true)
    timeout_seconds = optional(number, 300)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.gateway.timeout_seconds >= 1 && var.gateway.timeout_seconds <= 86400 && floor(var.gateway.timeout_seconds) == var.gateway.timeout_seconds
    error_message = "The gateway.timeout_seconds must be a whole number from 1 to 86400."
  }
}

variable "router" {
  description = "The nginx before the benches, which follows a host name's link to its site: its image, how many Pods, processors, and memory."
  type = object({
    image    = optional(string, "nginxinc/nginx-unprivileged:1.30.5-alpine@sha256:ed04ec1ff34502c339ee5c3ae3f855442398edc1d05591e2b98981dcbbd20b1e")
    replicas = optional(number, 2)
    cpu      = optional(string, "250m")
    memory   = optional(string, "256Mi")
  })
  default  = {}
  nullable = false

  validation {
    condition     = can(regex("^\\S+[:@][^\\s/]+$", var.router.image))
    error_message = "The router.image must be a container image with a tag or digest."
  }

  validation {
    condition     = var.router.replicas >= 2 && var.router.replicas <= 100 && floor(var.router.replicas) == var.router.replicas
    error_message = "The router.replicas must be a whole number from 2 to 100: with one, all sites are away while it is replaced."
  }

  validation {
    condition     = can(regex("^[0-9]+(\\.[0-9]+|m)?$", var.router.cpu))
    error_message = "The router.cpu must be a number of processors, such as 2 or 500m."
  }

  validation {
    condition     = can(regex("^[1-9][0-9]*(Mi|Gi)$", var.router.memory))
    error_message = "The router.memory must be an amount such as 256Mi or 1Gi."
  }
}

# The bench.

variable "bench_enabled" {
  description = "Whether the benches are made here. Without it bench_service says where the sites are served from: a bench of your own, the only one, on the claim frappe-sites and the very image of the site Jobs."
  type        = bool
  default     = true
  nullable    = false
}

variable "bench_service" {
  description = "The Service of a bench of your own, in the sites' namespace: of its web server, which takes the site from the header X-Frappe-Site-Name, and of its socketio, where that is another."
  type = object({
    name         = string
    port         = optional(number, 8080)
    sockets_name = optional(string, "")
    sockets_port = optional(number, 9000)
  })
  default  = { name = "" }
  nullable = false

  validation {
    condition     = var.bench_service.name == "" || can(regex("^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$", var.bench_service.name))
    error_message = "The bench_service.name must be the name of a Service: a to z, 0 to 9 and hyphens, 63 characters at most."
  }

  validation {
    condition     = var.bench_service.sockets_name == "" || (var.bench_service.name != "" && can(regex("^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$", var.bench_service.sockets_name)))
    error_message = "The bench_service.sockets_name must be the name of a Service: a to z, 0 to 9 and hyphens, 63 characters at most."
  }

  validation {
    condition     = var.bench_service.sockets_port >= 1 && var.bench_service.sockets_port <= 65535 && floor(var.bench_service.sockets_port) == var.bench_service.sockets_port
    error_message = "The bench_service.sockets_port must be a whole number from 1 to 65535."
  }

  validation {
    condition     = var.bench_service.port >= 1 && var.bench_service.port <= 65535 && floor(var.bench_service.port) == var.bench_service.port
    error_message = "The bench_service.port must be a whole number from 1 to 65535."
  }

  validation {
    condition     = !var.bench_enabled || var.bench_service.name == ""
    error_message = "The bench_service must be left out where the bench is made here: bench_enabled is true."
  }

  validation {
    condition     = var.bench_enabled || !var.gateway.enabled || var.bench_service.name != ""
    error_message = "The bench_service must be set where bench_enabled is false: the Gateway leads to it, by the router."
  }
}

variable "bench" {
  description = "What the parts of each bench get: how many Pods of each, processors, and memory, which is a limit too. Of the scheduler, the cache and the queue there is one each."
  type = object({
    nginx     = optional(object({ replicas = optional(number, 2), cpu = optional(string, "100m"), memory = optional(string, "256Mi") }), {})
    gunicorn  = optional(object({ replicas = optional(number, 2), cpu = optional(string, "500m"), memory = optional(string, "2Gi") }), {})
    socketio  = optional(object({ replicas = optional(number, 1), cpu = optional(string, "100m"), memory = optional(string, "512Mi") }), {})
    default   = optional(object({ replicas = optional(number, 1), cpu = optional(string, "250m"), memory = optional(string, "1Gi") }), {})
    short     = optional(object({ replicas = optional(number, 1), cpu = optional(string, "250m"), memory = optional(string, "1Gi") }), {})
    long      = optional(object({ replicas = optional(number, 1), cpu = optional(string, "250m"), memory = optional(string, "1Gi") }), {})
    scheduler = optional(object({ cpu = optional(string, "100m"), memory = optional(string, "512Mi") }), {})
    cache     = optional(object({ cpu = optional(string, "100m"), memory = optional(string, "512Mi") }), {})
    queue     = optional(object({ cpu = optional(string, "100m"), memory = optional(string, "512Mi") }), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for part in var.bench : can(regex("^[0-9]+(\\.[0-9]+|m)?$", part.cpu))])
    error_message = "The cpu of a part of the bench must be a number of processors, such as 2 or 500m."
  }

  validation {
    condition     = alltrue([for part in var.bench : can(regex("^[1-9][0-9]*(Mi|Gi)$", part.memory))])
    error_message = "The memory of a part of the bench must be an amount such as 512Mi or 2Gi."
  }

  validation {
    condition     = alltrue([for part in var.bench : try(part.replicas >= 1 && part.replicas <= 100 && floor(part.replicas) == part.replicas, !can(part.replicas))])
    error_message = "The replicas of a part of the bench must be a whole number from 1 to 100."
  }
}

variable "bench_sizes" {
  description = "As bench, in its place for single benches, by their names: one that is on its way out needs less."
  type = map(object({
    nginx     = optional(object({ replicas = optional(number, 2), cpu = optional(string, "100m"), memory = optional(string, "256Mi") }), {})
    gunicorn  = optional(object({ replicas = optional(number, 2), cpu = optional(string, "500m"), memory = optional(string, "2Gi") }), {})
    socketio  = optional(object({ replicas = optional(number, 1), cpu = optional(string, "100m"), memory = optional(string, "512Mi") }), {})
    default   = optional(object({ replicas = optional(number, 1), cpu = optional(string, "250m"), memory = optional(string, "1Gi") }), {})
    short     = optional(object({ replicas = optional(number, 1), cpu = optional(string, "250m"), memory = optional(string, "1Gi") }), {})
    long      = optional(object({ replicas = optional(number, 1), cpu = optional(string, "250m"), memory = optional(string, "1Gi") }), {})
    scheduler = optional(object({ cpu = optional(string, "100m"), memory = optional(string, "512Mi") }), {})
    cache     = optional(object({ cpu = optional(string, "100m"), memory = optional(string, "512Mi") }), {})
    queue     = optional(object({ cpu = optional(string, "100m"), memory = optional(string, "512Mi") }), {})
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for part in flatten([for one in var.bench_sizes : values(one)]) : can(regex("^[0-9]+(\\.[0-9]+|m)?$", part.cpu))])
    error_message = "The cpu of a part in bench_sizes must be a number of processors, such as 2 or 500m."
  }

  validation {
    condition     = alltrue([for part in flatten([for one in var.bench_sizes : values(one)]) : can(regex("^[1-9][0-9]*(Mi|Gi)$", part.memory))])
    error_message = "The memory of a part in bench_sizes must be an amount such as 512Mi or 2Gi."
  }

  validation {
    condition     = alltrue([for part in flatten([for one in var.bench_sizes : values(one)]) : try(part.replicas >= 1 && part.replicas <= 100 && floor(part.replicas) == part.replicas, !can(part.replicas))])
    error_message = "The replicas of a part in bench_sizes must be a whole number from 1 to 100."
  }
}
