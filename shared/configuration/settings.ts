/**
 * The settings, parsed once from an environment that is passed in, by their schemas. All mistakes are
 * reported at once, each naming its setting; a value is never quoted, since it may be a secret.
 *
 * @module
 */
import type { FromSchema, JSONSchema } from "json-schema-to-ts";
import type { ClusterTarget, DatabaseTls, Environment } from "./setting-types.ts";
import {
  apiSettingsSchema,
  gkeSettingsSchema,
  inClusterSettingsSchema,
  kubeconfigSettingsSchema,
  localSettingsSchema,
} from "./settings-schemas.ts";
import type { commonSettingsSchema, reconcilerSettingsSchema } from "./settings-schemas.ts";
import { parserOf } from "../platform/schema-parser.ts";
import type { FieldError } from "../platform/schema-parser.ts";

export type { Environment } from "./setting-types.ts";

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
  /** Any of them opens the API. Empty only where there are allowed callers. */
  apiKeys: string[];
  /** E-mail addresses, in lower case, of the Google accounts whose ID tokens open the API. */
  allowedCallers: string[];
  /** The audience that an ID token must carry; null where no caller is allowed by one. */
  audience: string | null;
  /** The origins whose pages may call the API from a browser; `*` is any. */
  allowedOrigins: string[];
  /** Further subdomains that no tenant may have. */
  reservedSubdomains: string[];
  /** How many requests one caller may make in a minute; 0 is no limit. */
  rateLimitPerMinute: number;
  /** How many proxies before the function add the address of their caller: the platform's own is one. */
  trustedProxies: number;
}

/** What the functions that reconcile need. */
export interface ReconcilerSettings extends CommonSettings {
  target: ClusterTarget;
  namespace: string;
  frappeImage: string;
  frappeApps: string[];
  databaseHost: string;
  databasePort: number;
  databaseTls: DatabaseTls;
  /** Whose certificates are believed, in PEM; null for those that the image knows. */
  databaseCa: string | null;
  /** Where the bench's web server answers within the cluster; null where nobody looks. */
  benchUrl: string | null;
  /** How many site Jobs may work at once. */
  maxConcurrentJobs: number;
  /** How long the first pause between two attempts is; each further one is twice as long. */
  retryPauseSeconds: number;
}

/** What `npm start` itself needs of the environment, beside what it passes on to the functions. */
export interface LocalSettings {
  port: number;
  namespace: string;
  /** How long the fake bench takes to make a site. */
  benchSeconds: number;
  /** `subdomain:step` or `subdomain:step:once`, comma-separated: where the fake bench fails. */
  benchFaults: string;
  /** How often the fake Cloud Scheduler sends a resync. */
  resyncSeconds: number;
  /** `host:port` of the emulators that already run; null for one that is to be started. */
  runningEmulators: { firestore: string | null; pubsub: string | null };
  /** Whether missing emulators may be fetched; null where the user is to be asked. */
  fetchEmulators: boolean | null;
  /** Where they are fetched from; null for where Google has them. */
  emulatorMirror: string | null;
  /** A real MariaDB to use; null for the fake. */
  mariadb: { host: string; port: number; username: string; password: string } | null;
}

const readApi = readerOf(apiSettingsSchema);
const readInCluster = readerOf(inClusterSettingsSchema);
const readGke = readerOf(gkeSettingsSchema);
const readKubeconfig = readerOf(kubeconfigSettingsSchema);
const readLocal = readerOf(localSettingsSchema);

export function parseApiSettings(env: Environment): ApiSettings {
  const values = readApi(env);
  return {
    ...toCommon(values),
    apiKeys: toList(values.API_KEYS),
    allowedCallers: toList(values.ALLOWED_CALLERS?.toLowerCase()),
    audience: values.API_AUDIENCE ?? null,
    allowedOrigins: toList(values.ALLOWED_ORIGINS),
    reservedSubdomains: toList(values.RESERVED_SUBDOMAINS),
    rateLimitPerMinute: values.RATE_LIMIT_PER_MINUTE,
    trustedProxies: values.TRUSTED_PROXIES,
  };
}

/** Takes the first of the three ways to the cluster that the environment speaks of. */
export function parseReconcilerSettings(env: Environment): ReconcilerSettings {
  if (textOf(env, "USE_IN_CLUSTER") === "true") {
    return { ...toReconciler(readInCluster(env)), target: { kind: "in-cluster" } };
  }
  if (textOf(env, "GKE_CLUSTER") !== undefined) {
    const values = readGke(env);
    return { ...toReconciler(values), target: toGkeTarget(values) };
  }
  const values = readKubeconfig(env);
  return { ...toReconciler(values), target: { kind: "kubeconfig", path: values.KUBECONFIG } };
}

export function parseLocalSettings(env: Environment): LocalSettings {
  const values = readLocal(env);
  return {
    port: values.PORT,
    namespace: values.GKE_NAMESPACE,
    benchSeconds: values.LOCAL_BENCH_SECONDS,
    benchFaults: toList(values.LOCAL_BENCH_FAULTS).join(","),
    resyncSeconds: values.LOCAL_RESYNC_SECONDS,
    runningEmulators: {
      firestore: values.FIRESTORE_EMULATOR_HOST ?? null,
      pubsub: values.PUBSUB_EMULATOR_HOST ?? null,
    },
    fetchEmulators:
      values.LOCAL_FETCH_EMULATORS === undefined ? null : values.LOCAL_FETCH_EMULATORS === "true",
    emulatorMirror: values.LOCAL_EMULATOR_MIRROR ?? null,
    mariadb: toLocalMariadb(values),
  };
}

function toCommon(values: FromSchema<typeof commonSettingsSchema>): CommonSettings {
  return {
    projectId: values.GOOGLE_CLOUD_PROJECT,
    baseDomain: values.BASE_DOMAIN,
    firestoreEmulatorHost: values.FIRESTORE_EMULATOR_HOST,
    pubsubEmulatorHost: values.PUBSUB_EMULATOR_HOST,
  };
}

function toReconciler(
  values: FromSchema<typeof reconcilerSettingsSchema>,
): Omit<ReconcilerSettings, "target"> {
  return {
    ...toCommon(values),
    namespace: values.GKE_NAMESPACE,
    frappeImage: values.FRAPPE_IMAGE,
    frappeApps: toList(values.FRAPPE_APPS),
    databaseHost: values.DB_HOST,
    databasePort: values.DB_PORT,
    databaseTls: values.DB_TLS,
    databaseCa: values.DB_TLS_CA ?? null,
    benchUrl: values.BENCH_URL ?? null,
    maxConcurrentJobs: values.MAX_CONCURRENT_JOBS,
    retryPauseSeconds: values.RETRY_PAUSE_SECONDS,
  };
}

function toGkeTarget(values: FromSchema<typeof gkeSettingsSchema>): ClusterTarget {
  return {
    kind: "gke",
    project: values.GKE_PROJECT ?? values.GOOGLE_CLOUD_PROJECT,
    location: values.GKE_LOCATION,
    cluster: values.GKE_CLUSTER,
  };
}

function toLocalMariadb(values: FromSchema<typeof localSettingsSchema>): LocalSettings["mariadb"] {
  if (values.LOCAL_MARIADB === undefined) return null;
  const [host = "", port = ""] = values.LOCAL_MARIADB.split(":");
  return {
    host,
    port: Number(port),
    username: values.LOCAL_MARIADB_USER,
    password: values.LOCAL_MARIADB_PASSWORD,
  };
}

function toList(text = ""): string[] {
  return text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

/** A group of settings: every property is one, named as in the environment. */
interface SettingsSchema {
  type: "object";
  properties: Readonly<Record<string, Setting>>;
}

interface Setting {
  type: "string" | "integer" | "number";
  default?: string | number;
  /** Ends the sentence "NAME must be …". */
  description: string;
}

/** Makes a reader of a group of settings. It throws a `SettingsError` that names every mistake. */
function readerOf<const S extends JSONSchema & SettingsSchema>(
  schema: S,
): (env: Environment) => FromSchema<S> {
  const parse = parserOf<JSONSchema>(schema);
  return (env) => {
    const values = Object.fromEntries(
      Object.entries(schema.properties).map(([name, setting]) => [
        name,
        valueOf(env, name, setting),
      ]),
    );
    const parsed = parse(values);
    if (parsed.ok) return parsed.value as FromSchema<S>;
    throw new SettingsError(parsed.errors.map((error) => toProblem(error, schema, values)));
  };
}

/** What an environment says of a setting. A text that is no number is left for the schema to refuse. */
function valueOf(env: Environment, name: string, setting: Setting): unknown {
  const text = textOf(env, name);
  if (text === undefined) return setting.default;
  // Neither ajv's own coercion nor Number() alone: both take "0x10" and "1e2" for numbers.
  const isNumber = setting.type !== "string" && /^\d+(\.\d+)?$/.test(text);
  return isNumber ? Number(text) : text;
}

/** A setting that is empty, or nothing but space, is not set. */
function textOf(env: Environment, name: string): string | undefined {
  return env[name]?.trim() || undefined;
}

function toProblem(
  { pointer, message }: FieldError,
  { properties }: SettingsSchema,
  values: Readonly<Record<string, unknown>>,
): string {
  const name = pointer.slice(1);
  if (values[name] !== undefined) return `${message}.`;
  return `${name} is not set: it must be ${properties[name]?.description}.`;
}
