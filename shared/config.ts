/**
 * The settings, parsed once from an environment that is passed in. All mistakes are reported at
 * once, each naming its setting; a value is never quoted, since it may be a secret.
 *
 * @module
 */

import type { ClusterTarget } from "./cluster-target.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** The environment does not hold usable settings. Each problem is a sentence. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
  readonly problems: string[];

  constructor(problems: string[]) {
    super(`Settings: ${problems.join(" ")}`);
    this.problems = problems;
  }
}

/** What every function needs. */
export interface CommonSettings {
  projectId: string;
  /** Sites are made at SUBDOMAIN.BASE_DOMAIN. */
  baseDomain: string;
  /** Set where Firestore is an emulator. */
  firestoreEmulatorHost: string | undefined;
  /** Set where Pub/Sub is an emulator. */
  pubsubEmulatorHost: string | undefined;
}

export interface ApiSettings extends CommonSettings {
  /** Any of them opens the API. */
  apiKeys: string[];
  /** The origins whose pages may call the API from a browser; `*` is any. */
  allowedOrigins: string[];
  allowedCallers: string[];
  audience: string | null;
  rateLimitPerMinute: number;
  reservedSubdomains: string[];
}

/** What the functions that reconcile need. */
export interface ReconcilerSettings extends CommonSettings {
  target: ClusterTarget;
  namespace: string;
  frappeImage: string;
  frappeApps: string[];
  databaseHost: string;
  databasePort: number;
  /** How many site Jobs may work at once. */
  maxConcurrentJobs: number;
  /** How long the first pause between two attempts is; each further one is twice as long. */
  retryPauseSeconds: number;
}

export function parseApiSettings(env: Environment): ApiSettings {
  return parse(env, (read) => ({
    ...readCommon(read),
    apiKeys: read.list("API_KEYS", { shape: /^[\x21-\x7e]{8,}$/, rule: RULES.apiKeys }),
    allowedOrigins: read.list("ALLOWED_ORIGINS", {
      fallback: "*",
      shape: /^(\*|https?:\/\/[a-z0-9.-]+(:\d+)?)$/,
      rule: RULES.origins,
    }),
    allowedCallers: [],
    audience: null,
    rateLimitPerMinute: 0,
    reservedSubdomains: [],
  }));
}

export function parseReconcilerSettings(env: Environment): ReconcilerSettings {
  return parse(env, (read) => ({
    ...readCommon(read),
    target: readTarget(env, read),
    namespace: readNamespace(read),
    frappeImage: read.text("FRAPPE_IMAGE", {
      fallback: "frappe/erpnext:v16.32.3",
      shape: /^[^\s]+[:@][^\s/]+$/,
      rule: "must be a container image with a tag or digest, such as frappe/erpnext:v16.32.3.",
    }),
    frappeApps: read.list("FRAPPE_APPS", {
      fallback: "erpnext",
      shape: /^[a-z0-9_]+$/,
      rule: "must be a comma-separated list of Frappe apps, such as erpnext,hrms.",
    }),
    databaseHost: read.text("DB_HOST", { fallback: "mariadb", shape: HOST, rule: RULES.host }),
    databasePort: read.port("DB_PORT", 3306),
    maxConcurrentJobs: read.count("MAX_CONCURRENT_JOBS", { fallback: 5, atMost: 1000 }),
    retryPauseSeconds: read.count("RETRY_PAUSE_SECONDS", { fallback: 30, atMost: 900 }),
  }));
}

/** What `npm start` itself needs of the environment, beside what it passes on to the functions. */
export interface LocalSettings {
  port: number;
  namespace: string;
  /** How long the stand-in bench takes to make a site. */
  benchSeconds: number;
  /** `subdomain:step` or `subdomain:step:once`, comma-separated: where the stand-in bench fails. */
  benchFaults: string;
  /** How often the stand-in for Cloud Scheduler sends a sweep. */
  sweepSeconds: number;
  /** `host:port` of the emulators that already run; null for one that is to be started. */
  runningEmulators: { firestore: string | null; pubsub: string | null };
  /** A real MariaDB to use; null for the stand-in. */
  mariadb: { host: string; port: number; username: string; password: string } | null;
}

export function parseLocalSettings(env: Environment): LocalSettings {
  return parse(env, (read) => ({
    port: read.port("PORT", 8080),
    namespace: readNamespace(read),
    benchSeconds: Number(
      read.text("LOCAL_BENCH_SECONDS", {
        fallback: "3",
        shape: /^\d{1,4}(\.\d+)?$/,
        rule: "must be a number of seconds.",
      }),
    ),
    benchFaults: read
      .list("LOCAL_BENCH_FAULTS", {
        fallback: "",
        shape: /^[a-z0-9-]+:[a-z-]+(:once)?$/,
        rule: "must be a comma-separated list of subdomain:step or subdomain:step:once, such as acme:install-app.",
      })
      .join(","),
    sweepSeconds: Number(
      read.text("LOCAL_SWEEP_SECONDS", {
        fallback: "5",
        shape: /^(0\.[1-9]\d*|[1-9]\d{0,3}(\.\d+)?)$/,
        rule: "must be a number of seconds, at least 0.1.",
      }),
    ),
    runningEmulators: {
      firestore: read.optional("FIRESTORE_EMULATOR_HOST", HOST_AND_PORT) ?? null,
      pubsub: read.optional("PUBSUB_EMULATOR_HOST", HOST_AND_PORT) ?? null,
    },
    mariadb: readLocalMariadb(env, read),
  }));
}

function readLocalMariadb(env: Environment, read: Reader): LocalSettings["mariadb"] {
  const address = read.optional("LOCAL_MARIADB", HOST_AND_PORT);
  if (address === undefined) return null;
  const [host = "", port = ""] = address.split(":");
  const username = env["LOCAL_MARIADB_USER"] || "root";
  return { host, port: Number(port), username, password: env["LOCAL_MARIADB_PASSWORD"] ?? "" };
}

const HOST_AND_PORT = { shape: /^[^\s/:]+:\d{1,5}$/, rule: "must be host:port." };

const HOST = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i;

const RULES = {
  apiKeys: "must be a comma-separated list of keys, each of 8 or more visible ASCII characters.",
  origins: "must be * or a comma-separated list of origins, such as https://app.example.com.",
  label: "must be a DNS label: a to z, 0 to 9 and hyphens, 63 characters at most.",
  host: "must be a host name or an IPv4 address.",
  target:
    "must be the path of a kubeconfig file, unless GKE_CLUSTER and GKE_LOCATION name a GKE cluster or USE_IN_CLUSTER is true.",
} as const;

interface Rule {
  /** The value when the setting is missing or empty. Without one, it is required. */
  fallback?: string;
  shape: RegExp;
  /** Ends the sentence that begins with the setting's name. */
  rule: string;
}

interface Reader {
  text(name: string, rule: Rule): string;
  list(name: string, rule: Rule): string[];
  port(name: string, fallback: number): number;
  /** A whole number from 1 on. */
  count(name: string, limits: { fallback: number; atMost: number }): number;
  optional(name: string, rule: Omit<Rule, "fallback">): string | undefined;
}

function readCommon(read: Reader): CommonSettings {
  return {
    projectId: read.text("GOOGLE_CLOUD_PROJECT", {
      shape: /^[a-z][a-z0-9-]{4,28}[a-z0-9]$/,
      rule: "must be the id of a Google Cloud project.",
    }),
    baseDomain: readBaseDomain(read),
    firestoreEmulatorHost: read.optional("FIRESTORE_EMULATOR_HOST", HOST_AND_PORT),
    pubsubEmulatorHost: read.optional("PUBSUB_EMULATOR_HOST", HOST_AND_PORT),
  };
}

/** The first of the three ways to the cluster that the environment speaks of. */
function readTarget(env: Environment, read: Reader): ClusterTarget {
  if (env["USE_IN_CLUSTER"] === "true") return { kind: "in-cluster" };
  const name = { shape: /^[a-z]([a-z0-9-]*[a-z0-9])?$/, rule: "must be a name of Google Cloud's." };
  if (env["GKE_CLUSTER"]) {
    return {
      kind: "gke",
      project: read.text("GKE_PROJECT", { ...name, fallback: env["GOOGLE_CLOUD_PROJECT"] ?? "" }),
      location: read.text("GKE_LOCATION", name),
      cluster: read.text("GKE_CLUSTER", name),
    };
  }
  return { kind: "kubeconfig", path: read.text("KUBECONFIG", { shape: /./, rule: RULES.target }) };
}

function readNamespace(read: Reader): string {
  return read.text("GKE_NAMESPACE", {
    fallback: "frappe",
    shape: /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
    rule: RULES.label,
  });
}

function readBaseDomain(read: Reader): string {
  return read.text("BASE_DOMAIN", {
    fallback: "kairos.app",
    shape: /^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/,
    rule: "must be a domain name in lower case, such as kairos.app.",
  });
}

/** Runs a reader over the environment and throws all that it complained of at once. */
function parse<T>(env: Environment, build: (read: Reader) => T): T {
  const problems: string[] = [];

  function text(name: string, { fallback, shape, rule }: Rule): string {
    const value = env[name]?.trim() || fallback;
    if (value === undefined) problems.push(`${name} is not set: it ${rule}`);
    else if (value !== fallback && !shape.test(value)) problems.push(`${name} ${rule}`);
    return value ?? "";
  }

  function list(name: string, { fallback, shape, rule }: Rule): string[] {
    const items = (env[name]?.trim() || (fallback ?? ""))
      .split(",")
      .map((item) => item.trim())
      .filter((item) => item !== "");
    if (items.length === 0 && fallback !== "") {
      problems.push(`${name} ${fallback === undefined ? "is not set: it " : ""}${rule}`);
    } else if (!items.every((item) => shape.test(item))) problems.push(`${name} ${rule}`);
    return items;
  }

  function count(
    name: string,
    { fallback, atMost }: { fallback: number; atMost: number },
    what = "a whole number",
  ): number {
    const value = Number(env[name]?.trim() || fallback);
    if (Number.isInteger(value) && value >= 1 && value <= atMost) return value;
    problems.push(`${name} must be ${what} from 1 to ${atMost}.`);
    return fallback;
  }

  function port(name: string, fallback: number): number {
    return count(name, { fallback, atMost: 65535 }, "a port number");
  }

  function optional(name: string, rule: Omit<Rule, "fallback">): string | undefined {
    return text(name, { ...rule, fallback: "" }) || undefined;
  }

  const settings = build({ text, list, port, count, optional });
  if (problems.length > 0) throw new SettingsError(problems);
  return settings;
}
