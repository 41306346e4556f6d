# What must be given: a project, a domain and a mail account. Everything else has a default.

variable "project_id" {
  description = "The id of the Google Cloud project that everything is made in. It must have a billing account."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "The project_id must be the id of a Google Cloud project: 6 to 30 characters of a to z, 0 to 9 and hyphens, such as kairos-production."
  }
}

variable "domain" {
  description = "The domain under which the sites are: each is at SUBDOMAIN.domain. It is delegated to the name servers in the outputs."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z][a-z0-9-]*[a-z0-9]$", var.domain))
    error_message = "The domain must be a domain name in lower case, such as kairos.app."
  }

  validation {
    condition     = alltrue([for label in split(".", var.domain) : length(label) <= 63]) && length(var.domain) <= 189
    error_message = "Each part of the domain must have 63 characters at most, and the domain 189: a site's name is put before it."
  }
}

variable "mail" {
  description = "The mail account from which the sites send: server, port, login and the address that mails come from. The port must be one on which the server takes STARTTLS, usually 587: a login is sent over TLS or not at all."
  type = object({
    host = string
    port = optional(number, 587)
    user = string
    from = string
  })
  nullable = false

  validation {
    condition     = can(regex("^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$", var.mail.host))
    error_message = "The mail.host must be the name of a mail server, such as smtp.example.com."
  }

  validation {
    condition     = var.mail.port >= 1 && var.mail.port <= 65535 && floor(var.mail.port) == var.mail.port && var.mail.port != 25
    error_message = "The mail.port must be a whole number from 1 to 65535, and not 25, on which Google Cloud lets no mail out; 587 is usual."
  }

  validation {
    condition     = var.mail.port != 465
    error_message = "The mail.port cannot be 465, which wants TLS from the first byte on: Frappe does that for an Email Account that is kept in a site, and not by the configuration that is written here. Name the port on which the server takes STARTTLS, usually 587."
  }

  validation {
    condition     = can(regex("^\\S+$", var.mail.user))
    error_message = "The mail.user must be the login of the mail account, and not empty."
  }

  validation {
    condition     = can(regex("^[^\\s@]+@[^\\s@]+\\.[^\\s@]+$", var.mail.from))
    error_message = "The mail.from must be an e-mail address, such as no-reply@example.com."
  }
}

variable "mail_password" {
  description = "The mail account's password. It goes to Secret Manager and is not kept in the state."
  type        = string
  nullable    = false
  sensitive   = true
  ephemeral   = true

  validation {
    condition     = length(var.mail_password) > 0
    error_message = "The mail_password must not be empty: without a mail account no customer can set a first password."
  }
}

# Where.

variable "region" {
  description = "The region of the functions, the cluster, the volume and the images."
  type        = string
  default     = "europe-west1"
  nullable    = false

  validation {
    condition     = can(regex("^(africa|asia|australia|europe|me|northamerica|southamerica|us)-(north|south|east|west|central|northeast|northwest|southeast|southwest)[1-9][0-9]?$", var.region))
    error_message = "The region must be one of Google Cloud's, such as europe-west1. A zone such as europe-west1-b is none, nor a multi-region such as eu."
  }
}

variable "firestore_location" {
  description = "The database's location, which can never be changed: a region, nam5 or eur3. Empty for the region."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^(|nam5|eur3|(africa|asia|australia|europe|me|northamerica|southamerica|us)-(north|south|east|west|central|northeast|northwest|southeast|southwest)[1-9][0-9]?)$", var.firestore_location))
    error_message = "The firestore_location must be a region, such as europe-west1, or one of the multi-regions nam5 and eur3, or empty."
  }
}

variable "firestore_trigger_region" {
  description = "The location of the trigger on the database, should Google want another than the database's own. Empty for that."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^(|nam5|eur3|(africa|asia|australia|europe|me|northamerica|southamerica|us)-(north|south|east|west|central|northeast|northwest|southeast|southwest)[1-9][0-9]?)$", var.firestore_trigger_region))
    error_message = "The firestore_trigger_region must be a location of Eventarc's, such as us-central1 or nam5, or empty."
  }
}

# Who may call the API, and what it answers.

variable "api_invokers" {
  description = "Who may reach the API at all; the API then asks for a key or an ID token. An organisation that forbids allUsers names its callers here, such as serviceAccount:frontend@example.iam.gserviceaccount.com."
  type        = set(string)
  default     = ["allUsers"]
  nullable    = false

  validation {
    condition     = alltrue([for one in var.api_invokers : can(regex("^(allUsers|allAuthenticatedUsers|(user|group|serviceAccount|domain|principal|principalSet):\\S+)$", one))])
    error_message = "Each of api_invokers must be allUsers or a member such as serviceAccount:frontend@example.iam.gserviceaccount.com."
  }
}

variable "api_keys" {
  description = "The keys that open the API, as name:key or the key alone; the history says by that name who asked. Without any, one is made; the outputs say how to read it. They are not kept in the state."
  type        = list(string)
  default     = []
  nullable    = false
  sensitive   = true
  ephemeral   = true

  validation {
    condition     = length(join(",", var.api_keys)) <= 32768
    error_message = "All of api_keys together must have 32768 characters at most: Cloud Run takes no longer variable."
  }

  validation {
    condition     = alltrue([for key in var.api_keys : can(regex("^([a-z][a-z0-9-]{0,30}:[!-+.-~-]{8,}|[!-+.-9;-~-]{8,})$", key))])
    error_message = "Each of api_keys must be 8 or more visible ASCII characters without a comma, and without a colon unless a name stands before it, as in frontend:KEY: a to z, 0 to 9 and hyphens, a letter first, 31 characters at most."
  }
}

variable "allowed_callers" {
  description = "E-mail addresses of the Google accounts that may do whatever the API can, beside the keys: by their ID tokens for api_audience or google_client_id, or through Identity-Aware Proxy (iap_audience)."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for one in var.allowed_callers : can(regex("^[^\\s,@]+@[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)+$", one))])
    error_message = "Each of allowed_callers must be an e-mail address."
  }
}

variable "viewers" {
  description = "Who may only read: e-mail addresses of Google accounts, and key:NAME for the keys of that name in api_keys. Whoever is in allowed_callers too may only read."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for one in var.viewers : can(regex("^([^\\s,@]+@[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)+|key:[a-z][a-z0-9-]{0,30})$", one))])
    error_message = "Each of viewers must be an e-mail address, or key:NAME with a name of api_keys."
  }
}

variable "google_client_id" {
  description = "The OAuth client by which people sign in to the console; their ID tokens for it open the API."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^(|[0-9a-z-]+\\.apps\\.googleusercontent\\.com)$", var.google_client_id))
    error_message = "The google_client_id must be a client id, such as 1234567890-abc.apps.googleusercontent.com."
  }
}

variable "iap_audience" {
  description = "The audience of the header that Identity-Aware Proxy signs, where it is in front of the API. docs/operations.md says how to put it there."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^(|/projects/\\d+(/[A-Za-z0-9._-]+)+)$", var.iap_audience))
    error_message = "The iap_audience must be the audience of a signed header, such as /projects/1234567890/global/backendServices/9876543210."
  }
}

variable "api_audience" {
  description = "The URL for which accounts get their ID tokens: that of the API, or of what stands before it."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = (join("", [var.api_audience, var.google_client_id, var.iap_audience]) == "") == (length([for one in concat(var.allowed_callers, var.viewers) : one if strcontains(one, "@")]) == 0)
    error_message = "At least one of api_audience, google_client_id and iap_audience must be set where allowed_callers or viewers have accounts, and none where they have not."
  }

  validation {
    condition     = can(regex("^(|https://[a-z0-9.-]+(:\\d{1,5})?(/[^\\s?#]*)?)$", var.api_audience))
    error_message = "The api_audience must be an https URL without query and fragment, such as https://api.example.com."
  }
}

variable "allowed_origins" {
  description = "The origins whose pages may call the API from a browser; * is any."
  type        = list(string)
  default     = ["*"]
  nullable    = false

  validation {
    condition     = length(var.allowed_origins) > 0 && alltrue([for one in var.allowed_origins : can(regex("^(\\*|https?://[a-z0-9.-]+(:\\d+)?)$", one))])
    error_message = "The allowed_origins must be * or origins such as https://app.example.com, and at least one."
  }
}

variable "reserved_subdomains" {
  description = "Further subdomains that no tenant may have."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for one in var.reserved_subdomains : can(regex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", one))])
    error_message = "Each of reserved_subdomains must be a DNS label in lower case, such as billing."
  }
}

variable "trusted_proxies" {
  description = "How many proxies before the API add their caller's address to X-Forwarded-For: the platform's own is one, a load balancer before it another."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.trusted_proxies == floor(var.trusted_proxies) && var.trusted_proxies >= 1 && var.trusted_proxies <= 10
    error_message = "The number of trusted proxies must be a whole number from 1 to 10."
  }
}

variable "retention_days" {
  description = "For how many days the deletion of a tenant can be taken back. Until then its site is kept, closed, and its subdomain stays taken. With 0, a deletion is at once and for good."
  type        = number
  default     = 14
  nullable    = false

  validation {
    condition     = var.retention_days >= 0 && var.retention_days <= 3650 && floor(var.retention_days) == var.retention_days
    error_message = "The retention_days must be a whole number from 0, for not at all, to 3650."
  }
}

variable "rate_limit_per_minute" {
  description = "How many requests one caller may make in a minute in one instance of the API; 0 is no limit."
  type        = number
  default     = 0
  nullable    = false

  validation {
    condition     = var.rate_limit_per_minute >= 0 && var.rate_limit_per_minute <= 1000000 && floor(var.rate_limit_per_minute) == var.rate_limit_per_minute
    error_message = "The rate_limit_per_minute must be a whole number from 0, for no limit, to 1000000."
  }
}

# The functions.

variable "dist_directory" {
  description = "Where npm run build has put api.zip, provision.zip, cleanup.zip and publish.zip, seen from where terraform runs."
  type        = string
  default     = "../dist"
  nullable    = false

  validation {
    condition     = alltrue([for name in ["api", "provision", "cleanup", "publish"] : fileexists("${var.dist_directory}/${name}.zip")])
    error_message = "The dist_directory must hold api.zip, provision.zip, cleanup.zip and publish.zip: npm run build makes them."
  }
}

variable "runtime" {
  description = "The functions' runtime."
  type        = string
  default     = "nodejs24"
  nullable    = false

  validation {
    condition     = contains(["nodejs24"], var.runtime)
    error_message = "The runtime must be nodejs24: the code needs Node 24.12 or newer, and it is tested on no other."
  }
}

variable "automatic_base_image_updates" {
  description = "Whether Google replaces the functions' base image, with its system and its Node, as soon as there is a newer one. False: only a build takes the newest."
  type        = bool
  default     = true
  nullable    = false
}

variable "rebuild" {
  description = "Any text, such as a date; another one has the functions built anew, though nothing else has changed."
  type        = string
  default     = ""
  nullable    = false
}

variable "functions" {
  description = "What each function gets: memory, processors, how long a call may take, how many calls an instance takes at once, and how many instances there are."
  type = object({
    api = optional(object({
      memory          = optional(string, "512Mi")
      cpu             = optional(string, "1")
      timeout_seconds = optional(number, 60)
      concurrency     = optional(number, 40)
      min_instances   = optional(number, 0)
      max_instances   = optional(number, 10)
    }), {})
    # A resync takes new tenants for 45 seconds, and may wait for the last of them.
    provision = optional(object({
      memory          = optional(string, "512Mi")
      cpu             = optional(string, "1")
      timeout_seconds = optional(number, 300)
      concurrency     = optional(number, 10)
      min_instances   = optional(number, 0)
      max_instances   = optional(number, 5)
    }), {})
    cleanup = optional(object({
      memory          = optional(string, "512Mi")
      cpu             = optional(string, "1")
      timeout_seconds = optional(number, 300)
      concurrency     = optional(number, 10)
      min_instances   = optional(number, 0)
      max_instances   = optional(number, 5)
    }), {})
    publish = optional(object({
      memory          = optional(string, "512Mi")
      cpu             = optional(string, "1")
      timeout_seconds = optional(number, 60)
      concurrency     = optional(number, 20)
      min_instances   = optional(number, 0)
      max_instances   = optional(number, 5)
    }), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for one in var.functions : can(regex("^[1-9][0-9]*(Mi|Gi)$", one.memory))])
    error_message = "The memory of a function must be an amount such as 512Mi or 1Gi."
  }

  validation {
    condition     = alltrue([for one in var.functions : can(tonumber(trimsuffix(trimsuffix(one.memory, "Mi"), "Gi"))) && try(endswith(one.memory, "Gi") ? 1024 * tonumber(trimsuffix(one.memory, "Gi")) : tonumber(trimsuffix(one.memory, "Mi")), 0) >= 256])
    error_message = "The memory of a function must be at least 256Mi: in less it does not start."
  }

  validation {
    condition     = alltrue([for one in var.functions : !endswith(one.memory, "Gi") || try(tonumber(trimsuffix(one.memory, "Gi")), 0) <= lookup({ "1" = 4, "2" = 8, "4" = 16, "6" = 24, "8" = 32 }, one.cpu, 32)])
    error_message = "The memory of a function must be no more than Cloud Run gives to its processors: 4Gi to 1, 8Gi to 2, 16Gi to 4, 24Gi to 6 and 32Gi to 8."
  }

  validation {
    condition     = alltrue([for one in var.functions : contains(["1", "2", "4", "6", "8"], one.cpu)])
    error_message = "The cpu of a function must be 1, 2, 4, 6 or 8: below 1 an instance takes one call at a time."
  }

  validation {
    condition     = alltrue([for one in var.functions : one.timeout_seconds >= 60 && one.timeout_seconds <= 540 && floor(one.timeout_seconds) == one.timeout_seconds])
    error_message = "The timeout_seconds of a function must be a whole number from 60 to 540, which is Google Cloud's limit for a function that an event calls."
  }

  validation {
    condition     = alltrue([for one in var.functions : one.concurrency >= 1 && one.concurrency <= 1000 && floor(one.concurrency) == one.concurrency])
    error_message = "The concurrency of a function must be a whole number from 1 to 1000."
  }

  validation {
    condition     = alltrue([for one in var.functions : floor(one.min_instances) == one.min_instances && floor(one.max_instances) == one.max_instances])
    error_message = "The instances of a function must be whole numbers."
  }

  validation {
    condition     = alltrue([for one in var.functions : one.min_instances >= 0 && one.max_instances >= 1 && one.min_instances <= one.max_instances && one.max_instances <= 1000])
    error_message = "The instances of a function must be at least 0 and at most 1000, and min_instances no more than max_instances, which is at least 1."
  }
}

# The sites.

variable "namespace" {
  description = "The namespace of the cluster in which the sites and their Jobs run."
  type        = string
  default     = "frappe"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", var.namespace))
    error_message = "The namespace must be a DNS label: a to z, 0 to 9 and hyphens, 63 characters at most."
  }

  validation {
    condition     = !contains(["default", "kairos-system"], var.namespace) && !can(regex("^(kube|gke)-", var.namespace))
    error_message = "The namespace must be of its own: default, kairos-system and what begins with kube- or gke- are others'."
  }
}

variable "frappe_image" {
  description = "The image of the bench and of the site Jobs, where there is one bench; frappe/erpnext:v16.32.3 unless it is set. Several are in benches."
  type        = string
  default     = null

  validation {
    condition     = var.frappe_image == null || can(regex("^\\S+[:@][^\\s/]+$", var.frappe_image))
    error_message = "The frappe_image must be a container image with a tag or digest, such as frappe/erpnext:v16.32.3."
  }
}

variable "frappe_apps" {
  description = "The apps that a site gets, in that order; each must be in the image."
  type        = list(string)
  default     = ["erpnext"]
  nullable    = false

  validation {
    condition     = length(var.frappe_apps) > 0 && alltrue([for one in var.frappe_apps : can(regex("^[a-z0-9_]+$", one))])
    error_message = "The frappe_apps must be names of Frappe apps, such as erpnext, and at least one."
  }
}

variable "benches" {
  description = "Several benches, each by its name: its image, the apps that its sites get (frappe_apps, unless they are set), whether new sites go there (current, for exactly one), whether it is to go (retired, which is refused while it has sites, and must be applied before it is left out), and where its web server answers within the cluster, should it be a bench of your own (url; empty where nobody shall look). The one that frappe_image alone means is called main."
  type = map(object({
    image   = string
    apps    = optional(list(string))
    current = optional(bool, false)
    retired = optional(bool, false)
    url     = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name, _ in var.benches : can(regex("^[a-z]([a-z0-9-]{0,22}[a-z0-9])?$", name))])
    error_message = "The name of a bench must be 1 to 24 characters of a to z, 0 to 9 and hyphens, with a letter first and no hyphen last, such as v16-33. Longer ones do not fit into what Kubernetes calls its parts."
  }

  # Their Services would have one name: frappe-bench-socketio is a part of the bench main.
  validation {
    condition     = alltrue([for name, _ in var.benches : !can(regex("(^|-)(conf|dragonfly|gunicorn|mariadb|nginx|redis|scheduler|socketio|valkey|worker)(-|$)", name))])
    error_message = "The name of a bench must not have the name of a bench's part in it: conf, dragonfly, gunicorn, mariadb, nginx, redis, scheduler, socketio, valkey or worker."
  }

  validation {
    condition     = alltrue([for one in var.benches : can(regex("^\\S+[:@][^\\s/]+$", one.image))])
    error_message = "The image of a bench must be a container image with a tag or digest, such as frappe/erpnext:v16.33.0."
  }

  validation {
    condition     = alltrue([for one in var.benches : one.apps == null || try(length(one.apps) > 0 && alltrue([for app in one.apps : can(regex("^[a-z0-9_]+$", app))]), false)])
    error_message = "The apps of a bench must be names of Frappe apps, such as erpnext, and at least one; left out, they are frappe_apps."
  }

  validation {
    condition     = alltrue([for one in var.benches : one.url == null || one.url == "" || can(regex("^http://[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:\\d{1,5})?$", one.url))])
    error_message = "The url of a bench must be an http URL of host and port, such as http://our-bench:8080, or empty."
  }

  validation {
    condition     = length(var.benches) <= 20
    error_message = "There can be 20 benches at most."
  }

  validation {
    condition     = length(var.benches) == 0 || length([for one in var.benches : one if one.current]) == 1
    error_message = "Exactly one of the benches must be current: new sites go there."
  }

  validation {
    condition     = alltrue([for one in var.benches : !one.retired || !one.current])
    error_message = "The current bench cannot be retired: make another one current."
  }

  validation {
    condition     = length(var.benches) == 0 || var.frappe_image == null
    error_message = "Either benches or frappe_image can be set. The bench that frappe_image means is called main: name it so among the benches, with its image, or its sites are on none of them."
  }

  validation {
    condition     = length(var.benches) == 0 || var.bench_url == "http://frappe-bench:8080"
    error_message = "Either benches or bench_url can be set: each of the benches has its own url."
  }
}

variable "max_concurrent_jobs" {
  description = "How many site Jobs may work at once. The quota in the cluster makes room for them."
  type        = number
  default     = 5
  nullable    = false

  validation {
    condition     = var.max_concurrent_jobs >= 1 && var.max_concurrent_jobs <= 1000 && floor(var.max_concurrent_jobs) == var.max_concurrent_jobs
    error_message = "The max_concurrent_jobs must be a whole number from 1 to 1000."
  }
}

variable "upgrade" {
  description = "What the Job that moves a site to another bench gets: memory, how long it may take at most, and how long it waits for the site's background jobs before it begins."
  type = object({
    memory           = optional(string, "4Gi")
    deadline_minutes = optional(number, 240)
    drain_seconds    = optional(number, 600)
  })
  default  = {}
  nullable = false

  validation {
    condition     = can(regex("^[1-9][0-9]{0,5}(Mi|Gi)$", var.upgrade.memory))
    error_message = "The upgrade.memory must be an amount such as 4Gi or 2048Mi."
  }

  validation {
    condition     = var.upgrade.deadline_minutes >= 10 && var.upgrade.deadline_minutes <= 1440 && floor(var.upgrade.deadline_minutes) == var.upgrade.deadline_minutes
    error_message = "The upgrade.deadline_minutes must be a whole number from 10 to 1440."
  }

  validation {
    condition     = var.upgrade.drain_seconds >= 0 && var.upgrade.drain_seconds <= 7200 && floor(var.upgrade.drain_seconds) == var.upgrade.drain_seconds
    error_message = "The upgrade.drain_seconds must be a whole number from 0 to 7200."
  }
}

variable "pool_size" {
  description = "How many sites are made before anybody asks for one, so that a customer has theirs within seconds; 0 for none. Each takes room in the database and on the volume, and the bench serves it."
  type        = number
  default     = 3
  nullable    = false

  validation {
    condition     = var.pool_size >= 0 && var.pool_size <= 1000 && floor(var.pool_size) == var.pool_size
    error_message = "The pool_size must be a whole number from 0, for none, to 1000."
  }
}

variable "pool_max_age_days" {
  description = "After so many days a site that nobody has taken is made anew."
  type        = number
  default     = 7
  nullable    = false

  validation {
    condition     = var.pool_max_age_days >= 1 && var.pool_max_age_days <= 365 && floor(var.pool_max_age_days) == var.pool_max_age_days
    error_message = "The pool_max_age_days must be a whole number from 1 to 365."
  }
}

variable "tenant_backups" {
  description = "When the nights' backups of the tenants begin (the hour, in UTC; they are spread over five hours), and how long they are kept: each night's for so many days, the first of a week for so many weeks, and the first of a month for so many months. Every test_days each tenant's newest backup is restored apart, to see that it can be; 0 for never."
  type = object({
    hour         = optional(number, 0)
    keep_daily   = optional(number, 7)
    keep_weekly  = optional(number, 4)
    keep_monthly = optional(number, 12)
    test_days    = optional(number, 30)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.tenant_backups.hour >= 0 && var.tenant_backups.hour <= 23 && floor(var.tenant_backups.hour) == var.tenant_backups.hour
    error_message = "The hour of tenant_backups must be a whole number from 0 to 23."
  }

  validation {
    condition     = var.tenant_backups.keep_daily >= 1 && var.tenant_backups.keep_daily <= 366 && floor(var.tenant_backups.keep_daily) == var.tenant_backups.keep_daily
    error_message = "The keep_daily of tenant_backups must be a whole number from 1 to 366."
  }

  validation {
    condition     = var.tenant_backups.keep_weekly >= 0 && var.tenant_backups.keep_weekly <= 520 && floor(var.tenant_backups.keep_weekly) == var.tenant_backups.keep_weekly
    error_message = "The keep_weekly of tenant_backups must be a whole number from 0 to 520."
  }

  validation {
    condition     = var.tenant_backups.keep_monthly >= 0 && var.tenant_backups.keep_monthly <= 120 && floor(var.tenant_backups.keep_monthly) == var.tenant_backups.keep_monthly
    error_message = "The keep_monthly of tenant_backups must be a whole number from 0 to 120."
  }

  validation {
    condition     = var.tenant_backups.test_days >= 0 && var.tenant_backups.test_days <= 3650 && floor(var.tenant_backups.test_days) == var.tenant_backups.test_days
    error_message = "The test_days of tenant_backups must be a whole number from 0 to 3650."
  }
}

variable "retry_pause_seconds" {
  description = "The first pause between two attempts; each further one is twice as long, up to 15 minutes."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.retry_pause_seconds >= 1 && var.retry_pause_seconds <= 900 && floor(var.retry_pause_seconds) == var.retry_pause_seconds
    error_message = "The retry_pause_seconds must be a whole number from 1 to 900."
  }
}

variable "database" {
  description = "Where the sites' MariaDB is: cluster, for one in the cluster, or external, for one that database_host names."
  type        = string
  default     = "cluster"
  nullable    = false

  validation {
    condition     = var.database != "cloudsql"
    error_message = "The database cannot be cloudsql: Cloud SQL has no MariaDB, and ERPNext runs on nothing else. Installing Frappe itself issues CREATE SEQUENCE, which MySQL refuses, and ERPNext does not support PostgreSQL."
  }

  validation {
    condition     = contains(["cluster", "external", "cloudsql"], var.database)
    error_message = "The database must be cluster or external."
  }
}

variable "database_host" {
  description = "The host of an external MariaDB, 11.4 or newer, which the cluster's network reaches."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = (var.database_host == "") == (var.database != "external")
    error_message = "The database_host must be set where the database is external, and only there."
  }

  validation {
    condition     = can(regex("^(|[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?)$", var.database_host))
    error_message = "The database_host must be a host name or an IPv4 address."
  }
}

variable "database_port" {
  description = "The port of an external MariaDB; one in the cluster has 3306."
  type        = number
  default     = 3306
  nullable    = false

  validation {
    condition     = var.database_port >= 1 && var.database_port <= 65535 && floor(var.database_port) == var.database_port
    error_message = "The database_port must be a whole number from 1 to 65535."
  }

  validation {
    condition     = var.database_port == 3306 || var.database == "external"
    error_message = "The database_port of a MariaDB in the cluster is 3306; another can be set where the database is external."
  }
}

variable "database_tls" {
  description = "How the site Jobs and the backup reach the MariaDB: default, for what the image's client does by itself; verify, for a certificate that is checked; off, for no encryption."
  type        = string
  default     = "default"
  nullable    = false

  validation {
    condition     = contains(["default", "verify", "off"], var.database_tls)
    error_message = "The database_tls must be default, verify or off."
  }
}

variable "database_ca" {
  description = "For database_tls verify: the certificates of the authority in PEM. Empty for those that the image knows."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = var.database_ca == "" || can(regex("^\\s*-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\\s-]+-----END CERTIFICATE-----\\s*$", var.database_ca))
    error_message = "The database_ca must be one or more certificates in PEM."
  }

  validation {
    condition     = var.database_ca == "" || var.database_tls == "verify"
    error_message = "The database_ca is for database_tls verify alone."
  }
}

variable "bench_url" {
  description = "Where the bench's web server answers within the cluster, for site Jobs to see what a site's visitors get. Empty where there is none: then nobody looks. Of several benches each has its own, in benches."
  type        = string
  default     = "http://frappe-bench:8080"
  nullable    = false

  validation {
    condition     = var.bench_url == "" || can(regex("^http://[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:\\d{1,5})?$", var.bench_url))
    error_message = "The bench_url must be an http URL of host and port, such as http://frappe-bench:8080."
  }
}

variable "router_url" {
  description = "Where the router answers within the cluster, for site Jobs to see what visitors get at a host name. Empty where there is none: then nobody looks."
  type        = string
  default     = "http://kairos-router:8080"
  nullable    = false

  validation {
    condition     = var.router_url == "" || can(regex("^http://[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:\\d{1,5})?$", var.router_url))
    error_message = "The router_url must be an http URL of host and port, such as http://kairos-router:8080."
  }
}

variable "database_admin" {
  description = "The user of the MariaDB that may make databases and users."
  type        = string
  default     = "root"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]{1,80}$", var.database_admin))
    error_message = "The database_admin must be the name of a database user."
  }

  validation {
    condition     = var.database_admin == "root" || var.database == "external"
    error_message = "The database_admin of a MariaDB in the cluster is root; another can be named where the database is external."
  }
}

variable "database_admin_password" {
  description = "That user's password. Empty for a MariaDB in the cluster: then one is made. It is not kept in the state."
  type        = string
  default     = ""
  nullable    = false
  sensitive   = true
  ephemeral   = true

  validation {
    condition     = var.database_admin_password != "" || var.database != "external"
    error_message = "The database_admin_password must be set where the database is external."
  }
}

variable "secret_versions" {
  description = "Raise a secret's number to store it anew, from the variables as they are then: only so does a changed key or password take effect."
  type = object({
    api_keys       = optional(number, 1)
    database_admin = optional(number, 1)
    mail           = optional(number, 1)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for one in var.secret_versions : one >= 1 && floor(one) == one])
    error_message = "The numbers in secret_versions must be whole numbers from 1 on."
  }
}

variable "filestore_tier" {
  description = "The tier of the volume that holds the sites' files. BASIC_HDD is the cheapest; REGIONAL outlives a zone."
  type        = string
  default     = "BASIC_HDD"
  nullable    = false

  validation {
    condition     = contains(["BASIC_HDD", "BASIC_SSD", "ZONAL", "REGIONAL", "ENTERPRISE"], var.filestore_tier)
    error_message = "The filestore_tier must be BASIC_HDD, BASIC_SSD, ZONAL, REGIONAL or ENTERPRISE."
  }
}

variable "filestore_protocol" {
  description = "How the volume is mounted: NFS_V3, whose locks need a firewall rule, which is made; or NFS_V4_1, which needs none and which the basic tiers have not. It cannot be changed later: the volume would be made anew."
  type        = string
  default     = "NFS_V3"
  nullable    = false

  validation {
    condition     = contains(["NFS_V3", "NFS_V4_1"], var.filestore_protocol)
    error_message = "The filestore_protocol must be NFS_V3 or NFS_V4_1."
  }

  validation {
    condition     = var.filestore_protocol != "NFS_V4_1" || !startswith(var.filestore_tier, "BASIC_")
    error_message = "The filestore_protocol NFS_V4_1 needs a filestore_tier that is not basic: ZONAL, REGIONAL or ENTERPRISE."
  }
}

variable "filestore_zone" {
  description = "The volume's zone, for a tier that has one. Empty for zone b of the region."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = var.filestore_zone == "" || can(regex("^${var.region}-[a-z]$", var.filestore_zone))
    error_message = "The filestore_zone must be a zone of the region, such as europe-west1-b, or empty."
  }
}

variable "filestore_gib" {
  description = "The volume's size in GiB. It can be raised later."
  type        = number
  default     = 1024
  nullable    = false

  validation {
    condition     = var.filestore_gib <= lookup({ BASIC_HDD = 65433, BASIC_SSD = 65433 }, var.filestore_tier, 102400)
    error_message = "The filestore_gib must be no more than the tier has: 65433 for the basic ones, 102400 for the others."
  }

  validation {
    condition     = startswith(var.filestore_tier, "BASIC_") || var.filestore_gib % 256 == 0
    error_message = "The filestore_gib of a tier that is not basic must be a multiple of 256."
  }

  validation {
    condition     = var.filestore_gib >= (var.filestore_tier == "BASIC_SSD" ? 2560 : 1024) && floor(var.filestore_gib) == var.filestore_gib
    error_message = "The filestore_gib must be a whole number of at least 1024, or of at least 2560 for BASIC_SSD."
  }
}

# Care.

variable "deletion_protection" {
  description = "Whether what holds data refuses to be deleted: a destroy of either root deletes nothing, nor does an apply that would make anew what holds data. To take an installation down, set it to false and apply first."
  type        = bool
  default     = true
  nullable    = false
}

variable "backup_days" {
  description = "How many days a nightly backup is kept, and with it what a deleted tenant had."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.backup_days >= 7 && var.backup_days <= 3650 && floor(var.backup_days) == var.backup_days
    error_message = "The backup_days must be a whole number from 7 to 3650."
  }
}

variable "backup_retention" {
  description = "Copies of the nightly dumps that nobody can delete before so many days, in a bucket of their own; none where it is not set. WITH lock = true THIS CAN NEVER BE TAKEN BACK: not by Terraform, not by the owner, not by Google. The days can only be raised from then on, the bucket is deleted when its last object is old enough and no earlier, a project with it cannot be deleted before, and a tenant's data stay in it for so long whatever the tenant asks for."
  type = object({
    days = number
    lock = optional(bool, false)
  })
  default = null

  validation {
    condition     = var.backup_retention == null || try(var.backup_retention.days >= 1 && var.backup_retention.days <= 3650 && floor(var.backup_retention.days) == var.backup_retention.days, false)
    error_message = "The backup_retention.days must be a whole number from 1 to 3650."
  }
}

variable "alert_emails" {
  description = "Who is mailed when something is wrong. Without any, alerts are only seen in Cloud Monitoring."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for one in var.alert_emails : can(regex("^[^\\s@]+@[^\\s@]+\\.[^\\s@]+$", one))])
    error_message = "Each of alert_emails must be an e-mail address."
  }
}

variable "slow_create_seconds" {
  description = "An alert tells of tenants that take longer than this to become active."
  type        = number
  default     = 900
  nullable    = false

  validation {
    condition     = var.slow_create_seconds >= 60 && var.slow_create_seconds <= 86400 && floor(var.slow_create_seconds) == var.slow_create_seconds
    error_message = "The slow_create_seconds must be a whole number from 60, for no site is made in less, to 86400."
  }
}

variable "failures_per_reason" {
  description = "An alert tells of a reason for which more commands than this have failed for good in ten minutes."
  type        = number
  default     = 3
  nullable    = false

  validation {
    condition     = var.failures_per_reason >= 1 && var.failures_per_reason <= 1000 && floor(var.failures_per_reason) == var.failures_per_reason
    error_message = "The failures_per_reason must be a whole number from 1, for one failure has an alert of its own, to 1000."
  }
}

variable "budget" {
  description = "A budget for the project, of which it is told at 50, 90 and 100 % and when the month is foreseen to pass it: the billing account, and how much a month in its currency, in whole units. It stops nothing. Without it there is none. Whoever applies needs the role Billing Account Costs Manager on the billing account."
  type = object({
    billing_account = string
    monthly         = number
  })
  default = null

  validation {
    condition     = var.budget == null || can(regex("^[0-9A-F]{6}-[0-9A-F]{6}-[0-9A-F]{6}$", var.budget.billing_account))
    error_message = "The budget.billing_account must be the id of a billing account, such as 012345-6789AB-CDEF01."
  }

  validation {
    condition     = var.budget == null || try(var.budget.monthly >= 1 && floor(var.budget.monthly) == var.budget.monthly, false)
    error_message = "The budget.monthly must be a whole number from 1 on."
  }
}

variable "maintenance_window" {
  description = "When Google may upgrade the cluster: the first window, in UTC, and how it comes again (RFC 5545). Google asks for windows of 4 hours or more, 48 hours in any 32 days. The default is each Saturday and Sunday from 14 to 22 o'clock, which is not the time of the nightly backup."
  type = object({
    start      = optional(string, "2026-01-03T14:00:00Z")
    end        = optional(string, "2026-01-03T22:00:00Z")
    recurrence = optional(string, "FREQ=WEEKLY;BYDAY=SA,SU")
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for one in [var.maintenance_window.start, var.maintenance_window.end] : can(regex("^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}Z$", one)) && can(timeadd(one, "0s"))])
    error_message = "The start and end of the maintenance_window must be times in UTC, such as 2026-01-03T14:00:00Z."
  }

  validation {
    condition     = try(timecmp(timeadd(var.maintenance_window.start, "4h"), var.maintenance_window.end) <= 0 && timecmp(timeadd(var.maintenance_window.start, "24h"), var.maintenance_window.end) >= 0, true)
    error_message = "The maintenance_window must be of 4 to 24 hours."
  }

  validation {
    condition     = can(regex("^FREQ=(DAILY|WEEKLY(;BYDAY=(MO|TU|WE|TH|FR|SA|SU)(,(MO|TU|WE|TH|FR|SA|SU))*)?)$", var.maintenance_window.recurrence))
    error_message = "The maintenance_window.recurrence must be FREQ=DAILY or FREQ=WEEKLY;BYDAY= with days such as SA,SU."
  }

  # 32 days have each day of the week four times at least.
  validation {
    condition = try(timecmp(
      timeadd(var.maintenance_window.start, "${ceil(48 / (startswith(var.maintenance_window.recurrence, "FREQ=DAILY") ? 32 : 4 * length(split(",", var.maintenance_window.recurrence))) * 60)}m"),
      var.maintenance_window.end
    ) <= 0, true)
    error_message = "The maintenance_window must come to 48 hours or more in any 32 days, or Google refuses it."
  }
}

variable "docker_hub_cache" {
  description = "Whether images of Docker Hub's come through a repository of this project, which keeps what was pulled. Without it all nodes share what Docker Hub grants to one address."
  type        = bool
  default     = true
  nullable    = false
}

variable "cloud_armor" {
  description = "Google's firewall before the sites: how many requests one address may send in a minute, and whom it turns away at once. Without it there is none. It does not stand before the API, which has rate_limit_per_minute."
  type = object({
    requests_per_minute = optional(number, 3000)
    blocked_ranges      = optional(list(string), [])
    # Only written into the log, to see what it would do.
    preview = optional(bool, false)
  })
  default = null

  validation {
    condition     = var.cloud_armor == null || try(var.cloud_armor.requests_per_minute >= 60 && var.cloud_armor.requests_per_minute <= 1000000 && floor(var.cloud_armor.requests_per_minute) == var.cloud_armor.requests_per_minute, false)
    error_message = "The cloud_armor.requests_per_minute must be a whole number from 60 to 1000000: a page of Frappe's alone is dozens of requests, and a whole office may have one address."
  }

  validation {
    condition     = var.cloud_armor == null || try(alltrue([for one in var.cloud_armor.blocked_ranges : can(cidrhost(one, 0))]), false)
    error_message = "Each of cloud_armor.blocked_ranges must be a range of addresses, such as 198.51.100.0/24."
  }

  validation {
    condition     = var.cloud_armor == null || try(length(var.cloud_armor.blocked_ranges) <= 100, false)
    error_message = "The cloud_armor.blocked_ranges must be 100 at most."
  }
}

# Telling others.

variable "status_subscribers" {
  description = "The company's services that are told of every change of a tenant's status, by a name for each: the URL that Pub/Sub calls, the audience of its token, and which events (a filter on the attributes type and sequence; empty for all). docs/events.md shows a receiver."
  type = map(object({
    url      = string
    audience = string
    filter   = optional(string, "")
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.status_subscribers) : can(regex("^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$", name)) && name != "dead-letters"])
    error_message = "The names in status_subscribers must be of a to z, 0 to 9 and hyphens, 63 characters at most, begin with a letter, and not be dead-letters."
  }

  validation {
    condition     = alltrue([for one in values(var.status_subscribers) : can(regex("^https://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\\d{1,5})?(/[^\\s#]*)?$", one.url))])
    error_message = "The url of each of status_subscribers must be an https URL without fragment, such as https://crm.example.com/tenant-status: Pub/Sub pushes to no other."
  }

  validation {
    condition     = alltrue([for one in values(var.status_subscribers) : can(regex("^\\S+$", one.audience))])
    error_message = "The audience of each of status_subscribers must be what its receiver demands of a token, such as its own URL, and not empty."
  }

  validation {
    condition     = alltrue([for one in values(var.status_subscribers) : length(one.filter) <= 256])
    error_message = "The filter of each of status_subscribers must have 256 characters at most: Pub/Sub takes no longer one."
  }

  validation {
    condition     = alltrue([for one in values(var.status_subscribers) : one.filter == "" || can(regex("^[^']*\\battributes[.:](\"?)(type|sequence|content-type)\\b[^']*$", one.filter))])
    error_message = "The filter of each of status_subscribers must be one of Pub/Sub's on the attributes type and sequence, such as attributes.type = \"app.kairos.tenant.active\" or hasPrefix(attributes.type, \"app.kairos.tenant.\"), with double quotes."
  }
}
