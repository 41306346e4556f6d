/**
 * The settings of the functions, as JSON Schema: one schema for each group that is read together, its properties named
 * by the environment's variables. In an environment everything is a text: a number is one in decimal
 * digits, a list has commas.
 *
 * A title says what the setting is for, a description ends the sentence "NAME must be …". Both are in
 * docs/configuration.md, which `npm run docs:configuration` writes.
 *
 * @module
 */
import { BENCH_URL_PATTERN, IMAGE_PATTERN } from "./benches-setting.ts";
import { API_KEY_NAME, DATABASE_TLS, NOT_IN_TERRAFORM } from "./setting-types.ts";

const label = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";

/** The address of a Google account. */
const ACCOUNT = "[^\\s,@]+@[A-Za-z0-9-]+(?:\\.[A-Za-z0-9-]+)+";

/** Of an API key: visible ASCII without the comma, and without the colon where no name stands before the key. */
const KEY = "[\\x21-\\x2b\\x2d-\\x7e]{8,}";
const KEY_WITHOUT_COLON = "[\\x21-\\x2b\\x2d-\\x39\\x3b-\\x7e]{8,}";

/** A comma-separated list of at least one item; an item holds neither space nor comma. */
export function listOf(item: string): string {
  return `^[\\s,]*(?:${item})(?:\\s*,[\\s,]*(?:${item}))*[\\s,]*$`;
}

export const hostAndPort = {
  type: "string",
  pattern: "^[^\\s/:]+:\\d{1,5}$",
  description: "host:port",
} as const;

export const portNumber = {
  type: "integer",
  minimum: 1,
  maximum: 65_535,
  description: "a port number from 1 to 65535",
} as const;

const googleCloudName = {
  type: "string",
  pattern: "^[a-z]([a-z0-9-]*[a-z0-9])?$",
  description: "a name of Google Cloud's",
} as const;

export const emulatorSettings = {
  FIRESTORE_EMULATOR_HOST: {
    ...hostAndPort,
    title: "A Firestore emulator in place of Firestore",
    $comment: NOT_IN_TERRAFORM,
  },
  PUBSUB_EMULATOR_HOST: {
    ...hostAndPort,
    title: "A Pub/Sub emulator in place of Pub/Sub",
    $comment: NOT_IN_TERRAFORM,
  },
} as const;

export const namespaceSetting = {
  GKE_NAMESPACE: {
    title: "The namespace in which site Jobs run",
    type: "string",
    pattern: `^${label}$`,
    default: "frappe",
    description: "a DNS label: a to z, 0 to 9 and hyphens, 63 characters at most",
  },
} as const;

/** What new sites are made with, and how many of them before anybody asks: what makes sites and what gives them must agree. */
const newSiteSettings = {
  BENCHES: {
    title:
      "The benches, where there are several: of each its `name`, its `image`, its `apps` (without it `FRAPPE_APPS`), the `url` of its web server as Pods reach it, and whether it is the `current` one, where new sites are made",
    type: "string",
    description:
      'a list in JSON, such as [{"name":"v16-32","image":"frappe/erpnext:v16.32.3","url":"http://frappe-bench:8080","current":true}]',
  },
  FRAPPE_IMAGE: {
    title: "The image of the site Jobs where there is one bench; it must be the very image of it",
    type: "string",
    pattern: IMAGE_PATTERN,
    default: "frappe/erpnext:v16.32.3",
    description: "a container image with a tag or digest, such as frappe/erpnext:v16.32.3",
  },
  FRAPPE_APPS: {
    title: "The apps that a new site gets",
    type: "string",
    pattern: listOf("[a-z0-9_]+"),
    default: "erpnext",
    description: "a comma-separated list of Frappe apps, such as erpnext,hrms",
  },
  POOL_SIZE: {
    title:
      "How many sites are made before anybody asks for one; with `npm start` 2 unless it is set",
    type: "integer",
    minimum: 0,
    maximum: 1000,
    default: 0,
    description: "a whole number from 0, for none, to 1000",
  },
} as const;

/** An IPv4 address, or an IPv6 address as far as a pattern can tell. */
const ADDRESS = "(?:\\d{1,3}(?:\\.\\d{1,3}){3}|[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7})";

/** What custom domains need of every function that knows them. */
const domainSettings = {
  SITES_ADDRESSES: {
    title:
      "The addresses at which the sites are, and to which a custom domain must lead; without them there are no custom domains",
    type: "string",
    pattern: listOf(ADDRESS),
    description: "a comma-separated list of IPv4 and IPv6 addresses",
  },
} as const;

/** What backups need of every function that knows them. */
const backupSettings = {
  BACKUP_BUCKET: {
    title: "The bucket of the tenants' backups; without it none is made",
    type: "string",
    pattern: "^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$",
    description: "the name of a bucket",
  },
  BACKUP_ENDPOINT: {
    title: "Where Cloud Storage answers",
    type: "string",
    pattern: "^https?://[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:\\d{1,5})?$",
    default: "https://storage.googleapis.com",
    $comment: NOT_IN_TERRAFORM,
    description: "an http or https URL of host and port, such as http://127.0.0.1:4443",
  },
} as const;

/** What gives the slots and what shows them must agree on how many there are. */
const slotSettings = {
  MAX_CONCURRENT_JOBS: {
    title: "How many site Jobs may run at once",
    type: "integer",
    minimum: 1,
    maximum: 1000,
    default: 5,
    description: "a whole number from 1 to 1000",
  },
} as const;

/** What every function needs. */
export const commonSettingsSchema = {
  type: "object",
  required: ["GOOGLE_CLOUD_PROJECT"],
  properties: {
    GOOGLE_CLOUD_PROJECT: {
      title: "The project of the functions, with their database and topics",
      type: "string",
      pattern: "^[a-z][a-z0-9-]{4,28}[a-z0-9]$",
      description: "the id of a Google Cloud project",
    },
    BASE_DOMAIN: {
      title: "Sites are at `SUBDOMAIN.BASE_DOMAIN`",
      type: "string",
      pattern: "^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z][a-z0-9-]*[a-z0-9]$",
      default: "kairos.app",
      description: "a domain name in lower case, such as kairos.app",
    },
    ...emulatorSettings,
  },
} as const;

export const apiSettingsSchema = {
  ...commonSettingsSchema,
  properties: {
    ...commonSettingsSchema.properties,
    ...domainSettings,
    ...backupSettings,
    API_KEYS: {
      title:
        "Keys that authorize a caller by `X-API-Key`, each with the name by which the history knows that caller",
      type: "string",
      pattern: listOf(`${API_KEY_NAME}:${KEY}|${KEY_WITHOUT_COLON}`),
      description:
        "a comma-separated list of keys, each of 8 or more visible ASCII characters, as name:key or alone (then it is key-1, key-2, … by its place, and without a colon); a name is a to z, 0 to 9 and hyphens, begins with a letter and has 31 characters at most; the list may be left out where ALLOWED_CALLERS is set",
    },
    ALLOWED_CALLERS: {
      title: "Google accounts that may do whatever the API can",
      type: "string",
      pattern: listOf(ACCOUNT),
      description:
        "a comma-separated list of e-mail addresses of Google accounts; one of API_AUDIENCE, GOOGLE_CLIENT_ID and IAP_AUDIENCE says how they are told",
    },
    VIEWERS: {
      title:
        "Who may only read, of Google accounts and of the names in `API_KEYS`; whoever is in `ALLOWED_CALLERS` too may only read",
      type: "string",
      pattern: listOf(`${ACCOUNT}|key:${API_KEY_NAME}`),
      description:
        "a comma-separated list of e-mail addresses of Google accounts, and of key:NAME for the keys of that name in API_KEYS",
    },
    API_AUDIENCE: {
      title: "The audience of the ID tokens that accounts get for the API",
      type: "string",
      // Compared with a token's as it is, so that it has no query and no fragment to differ in.
      pattern:
        "^(https://[a-z0-9.-]+|http://(localhost|127\\.0\\.0\\.1))(:\\d{1,5})?(/[^\\s?#]*)?$",
      description:
        "the https URL (on localhost or 127.0.0.1 also http) for which callers get their Google ID tokens",
    },
    GOOGLE_CLIENT_ID: {
      title: "The OAuth client by which people sign in to the console; ID tokens for it count too",
      type: "string",
      pattern: "^[0-9a-z-]+\\.apps\\.googleusercontent\\.com$",
      description: "a client id, such as 1234567890-abc.apps.googleusercontent.com",
    },
    IAP_AUDIENCE: {
      title:
        "The audience of what Identity-Aware Proxy says of its callers, where it is in front of the API",
      type: "string",
      pattern: "^/projects/\\d+(/[A-Za-z0-9._-]+)+$",
      description:
        "the audience of a signed header, such as /projects/1234567890/global/backendServices/9876543210",
    },
    ALLOWED_ORIGINS: {
      title: "Origins whose pages may call the API from a browser",
      type: "string",
      pattern: listOf("\\*|https?://[a-z0-9.-]+(:\\d+)?"),
      default: "*",
      description: "* or a comma-separated list of origins, such as https://app.example.com",
    },
    ...newSiteSettings,
    ...slotSettings,
    RETENTION_DAYS: {
      title:
        "For how many days a tenant's deletion can be taken back; until then its site is kept, and its subdomain stays taken",
      type: "integer",
      minimum: 0,
      maximum: 3650,
      default: 0,
      description: "a whole number from 0, for not at all, to 3650",
    },
    RESERVED_SUBDOMAINS: {
      title: "Further subdomains that no tenant may have",
      type: "string",
      pattern: listOf(label),
      description: "a comma-separated list of DNS labels in lower case, such as billing,login",
    },
    TRUSTED_PROXIES: {
      title:
        "How many proxies add their caller's address to `X-Forwarded-For`: `1` is the platform's own, `2` is with a load balancer before it",
      type: "integer",
      minimum: 1,
      maximum: 10,
      default: 1,
      description: "a whole number from 1 to 10",
    },
    RATE_LIMIT_PER_MINUTE: {
      title: "How many requests one caller may make in a minute, in each instance",
      type: "integer",
      minimum: 0,
      maximum: 1_000_000,
      default: 0,
      description: "a whole number from 0, for no limit, to 1000000",
    },
  },
  // Fail closed: without either, nobody could be told from anybody.
  anyOf: [{ required: ["API_KEYS"] }, { required: ["ALLOWED_CALLERS"] }],
} as const;

/** What the functions that reconcile need, beside the way to their cluster. */
export const reconcilerSettingsSchema = {
  ...commonSettingsSchema,
  properties: {
    ...commonSettingsSchema.properties,
    ...namespaceSetting,
    ...domainSettings,
    CERTIFICATE_MAP: {
      title:
        "The certificate map of the sites' load balancer, in which custom domains get an entry each; without it there are no custom domains",
      type: "string",
      pattern: "^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$",
      description: "the name of a certificate map, and set where SITES_ADDRESSES is",
    },
    DNS_SERVERS: {
      title:
        "The servers that are asked for the DNS records of custom domains; without them, those of the system",
      type: "string",
      pattern: listOf(`${ADDRESS}|\\d{1,3}(?:\\.\\d{1,3}){3}:\\d{1,5}`),
      $comment: NOT_IN_TERRAFORM,
      description:
        "a comma-separated list of IPv4 and IPv6 addresses, an IPv4 address with a port where it is another than 53",
    },
    CERTIFICATE_MANAGER_HOST: {
      ...hostAndPort,
      title: "A fake in place of Certificate Manager",
      $comment: NOT_IN_TERRAFORM,
    },
    ...newSiteSettings,
    POOL_MAX_AGE_DAYS: {
      title: "After so many days a site that nobody has taken is made anew",
      type: "integer",
      minimum: 1,
      maximum: 365,
      default: 7,
      description: "a whole number from 1 to 365",
    },
    DB_HOST: {
      title: "The host of the sites' MariaDB",
      type: "string",
      pattern: "^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$",
      default: "mariadb",
      description: "a host name or an IPv4 address",
    },
    DB_PORT: { ...portNumber, title: "The port of the sites' MariaDB", default: 3306 },
    DB_TLS: {
      title: "How site Jobs connect to MariaDB",
      type: "string",
      enum: DATABASE_TLS,
      default: "default",
      description:
        "default (what the image's client does), verify (the certificate is checked) or off (nothing is encrypted)",
    },
    DB_TLS_CA: {
      title:
        "For `DB_TLS=verify`: the authorities to trust; without it, those that the image knows",
      type: "string",
      pattern: "^\\s*-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\\s-]+-----END CERTIFICATE-----\\s*$",
      description: "one or more certificates in PEM",
    },
    BENCH_URL: {
      title:
        "The bench's web server, as Pods reach it: site Jobs check there what visitors get; without it they do not check",
      type: "string",
      pattern: BENCH_URL_PATTERN,
      description: "an http URL of host and port, such as http://frappe-bench:8080",
    },
    ROUTER_URL: {
      title:
        "The router, as Pods reach it: site Jobs check there that a host name leads to its site; without it they ask the bench's web server alone",
      type: "string",
      pattern: "^http://[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:\\d{1,5})?$",
      description: "an http URL of host and port, such as http://kairos-router:8080",
    },
    ...backupSettings,
    BACKUP_SECRET: {
      title:
        "The secret of which the keys of all backups are derived; whoever loses it loses all of them",
      type: "string",
      pattern: "^[0-9a-f]{64}$",
      description: "64 hexadecimal digits in lower case, and set where BACKUP_BUCKET is",
    },
    BACKUP_HOUR: {
      title: "The hour in UTC at which the night's backups begin; they are spread over five hours",
      type: "integer",
      minimum: 0,
      maximum: 23,
      default: 0,
      description: "a whole number from 0 to 23",
    },
    BACKUP_KEEP_DAILY: {
      title: "For how many days each night's backup is kept",
      type: "integer",
      minimum: 1,
      maximum: 366,
      default: 7,
      description: "a whole number from 1 to 366",
    },
    BACKUP_KEEP_WEEKLY: {
      title: "For how many weeks the first backup of a week is kept",
      type: "integer",
      minimum: 0,
      maximum: 520,
      default: 4,
      description: "a whole number from 0 to 520",
    },
    BACKUP_KEEP_MONTHLY: {
      title: "For how many months the first backup of a month is kept",
      type: "integer",
      minimum: 0,
      maximum: 120,
      default: 12,
      description: "a whole number from 0 to 120",
    },
    UPGRADE_MEMORY: {
      title: "How much memory the Job of an upgrade may use, in which the apps' migrations run",
      type: "string",
      pattern: "^[1-9][0-9]{0,5}(Mi|Gi)$",
      default: "4Gi",
      description: "an amount such as 2048Mi or 4Gi",
    },
    UPGRADE_DEADLINE_MINUTES: {
      title: "How long an attempt at an upgrade may take, the drain included",
      type: "integer",
      minimum: 10,
      maximum: 1440,
      default: 240,
      description: "a whole number from 10 to 1440",
    },
    UPGRADE_DRAIN_SECONDS: {
      title:
        "How long an upgrade waits for the site's background jobs to end, before it is put off",
      type: "integer",
      minimum: 0,
      maximum: 7200,
      default: 600,
      description: "a whole number from 0 to 7200",
    },
    RESTORE_TEST_DAYS: {
      title:
        "Every so many days each tenant's newest backup is restored apart, to see that it can be; 0 for never",
      type: "integer",
      minimum: 0,
      maximum: 3650,
      default: 30,
      description: "a whole number from 0 to 3650",
    },
    ...slotSettings,
    RETRY_PAUSE_SECONDS: {
      title:
        "The first pause between two attempts; each further one is twice as long, up to 15 minutes",
      type: "integer",
      minimum: 1,
      maximum: 900,
      default: 30,
      description: "a whole number from 1 to 900",
    },
  },
  dependentRequired: {
    SITES_ADDRESSES: ["CERTIFICATE_MAP"],
    CERTIFICATE_MAP: ["SITES_ADDRESSES"],
    BACKUP_BUCKET: ["BACKUP_SECRET"],
    BACKUP_SECRET: ["BACKUP_BUCKET"],
  },
} as const;

/** The first way to a cluster: it is the one that the process itself runs in. */
export const inClusterSettingsSchema = {
  ...reconcilerSettingsSchema,
  required: [...reconcilerSettingsSchema.required, "USE_IN_CLUSTER"],
  properties: {
    ...reconcilerSettingsSchema.properties,
    USE_IN_CLUSTER: {
      title: "The cluster in which the process itself runs",
      type: "string",
      const: "true",
      description: "true, or not set",
    },
  },
} as const;

/** The second way: a GKE cluster, by its name. */
export const gkeSettingsSchema = {
  ...reconcilerSettingsSchema,
  required: [...reconcilerSettingsSchema.required, "GKE_CLUSTER", "GKE_LOCATION"],
  properties: {
    ...reconcilerSettingsSchema.properties,
    GKE_CLUSTER: { ...googleCloudName, title: "A GKE cluster" },
    GKE_LOCATION: { ...googleCloudName, title: "Its region or zone" },
    GKE_PROJECT: {
      ...googleCloudName,
      $comment: NOT_IN_TERRAFORM,
      title: "Its project; without it, `GOOGLE_CLOUD_PROJECT`",
    },
  },
} as const;

/** The third way: a kubeconfig file. */
export const kubeconfigSettingsSchema = {
  ...reconcilerSettingsSchema,
  required: [...reconcilerSettingsSchema.required, "KUBECONFIG"],
  properties: {
    ...reconcilerSettingsSchema.properties,
    KUBECONFIG: {
      title: "A kubeconfig file, whose current context is used",
      type: "string",
      description:
        "the path of a kubeconfig file, unless GKE_CLUSTER and GKE_LOCATION name a GKE cluster or USE_IN_CLUSTER is true",
    },
  },
} as const;
