/**
 * The settings, parsed once from an environment that is passed in. All mistakes are reported at
 * once, each naming its setting; a value is never quoted, since it may be a secret.
 *
 * @module
 */

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
}

/** What the functions that reconcile need. */
export interface ReconcilerSettings extends CommonSettings {
  kubeconfig: string;
  namespace: string;
  frappeImage: string;
  frappeApps: string[];
  databaseHost: string;
  databasePort: number;
}

export const DEFAULT_BASE_DOMAIN = "kairos.app";

export function parseApiSettings(env: Environment): ApiSettings {
  return parse(env, (read) => ({
    ...readCommon(read),
    apiKeys: read.list("API_KEYS", { shape: /^[\x21-\x7e]{8,}$/, rule: RULES.apiKeys }),
    allowedOrigins: read.list("ALLOWED_ORIGINS", {
      fallback: "*",
      shape: /^(\*|https?:\/\/[a-z0-9.-]+(:\d+)?)$/,
      rule: RULES.origins,
    }),
  }));
}

export function parseReconcilerSettings(env: Environment): ReconcilerSettings {
  return parse(env, (read) => ({
    ...readCommon(read),
    kubeconfig: read.text("KUBECONFIG", { shape: /./, rule: "must be the path of a file." }),
    namespace: read.text("GKE_NAMESPACE", {
      fallback: "frappe",
      shape: /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
      rule: RULES.label,
    }),
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
  }));
}

/** What `npm start` itself needs of the environment, beside what it passes on to the functions. */
export interface LocalSettings {
  port: number;
  baseDomain: string;
  namespace: string;
  /** Null when none is set, so that a local one takes its place. */
  apiKeys: string | null;
  /** How long the stand-in bench takes to make a site. */
  benchSeconds: number;
  /** `subdomain:step`, comma-separated: where the stand-in bench fails. */
  benchFaults: string;
}

export function parseLocalSettings(env: Environment): LocalSettings {
  return parse(env, (read) => ({
    port: read.port("PORT", 8080),
    baseDomain: readBaseDomain(read),
    namespace: read.text("GKE_NAMESPACE", {
      fallback: "frappe",
      shape: /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
      rule: RULES.label,
    }),
    apiKeys: env["API_KEYS"] || null,
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
        shape: /^[a-z0-9-]+:[a-z-]+$/,
        rule: "must be a comma-separated list of subdomain:step, such as acme:install-app.",
      })
      .join(","),
  }));
}

const HOST = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i;

const RULES = {
  apiKeys: "must be a comma-separated list of keys, each of 8 or more visible ASCII characters.",
  origins: "must be * or a comma-separated list of origins, such as https://app.example.com.",
  label: "must be a DNS label: a to z, 0 to 9 and hyphens, 63 characters at most.",
  host: "must be a host name or an IPv4 address.",
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
  optional(name: string, rule: Omit<Rule, "fallback">): string | undefined;
}

function readCommon(read: Reader): CommonSettings {
  const emulator = { shape: /^[^\s/:]+:\d+$/, rule: "must be host:port." };
  return {
    projectId: read.text("GOOGLE_CLOUD_PROJECT", {
      shape: /^[a-z][a-z0-9-]{4,28}[a-z0-9]$/,
      rule: "must be the id of a Google Cloud project.",
    }),
    baseDomain: readBaseDomain(read),
    firestoreEmulatorHost: read.optional("FIRESTORE_EMULATOR_HOST", emulator),
    pubsubEmulatorHost: read.optional("PUBSUB_EMULATOR_HOST", emulator),
  };
}

function readBaseDomain(read: Reader): string {
  return read.text("BASE_DOMAIN", {
    fallback: DEFAULT_BASE_DOMAIN,
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
    if (items.length === 0 && fallback === undefined) {
      problems.push(`${name} is not set: it ${rule}`);
    } else if (!items.every((item) => shape.test(item))) problems.push(`${name} ${rule}`);
    return items;
  }

  function port(name: string, fallback: number): number {
    const value = Number(env[name]?.trim() || fallback);
    if (Number.isInteger(value) && value >= 1 && value <= 65535) return value;
    problems.push(`${name} must be a port number from 1 to 65535.`);
    return fallback;
  }

  function optional(name: string, rule: Omit<Rule, "fallback">): string | undefined {
    return text(name, { ...rule, fallback: "" }) || undefined;
  }

  const settings = build({ text, list, port, optional });
  if (problems.length > 0) throw new SettingsError(problems);
  return settings;
}
