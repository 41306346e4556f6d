/**
 * The settings of the functions, parsed once from an environment that is passed in.
 *
 * @module
 */
import type { FromSchema } from "json-schema-to-ts";
import type { ClusterTarget, DatabaseTls, Environment } from "./setting-types.ts";
import {
  apiSettingsSchema,
  gkeSettingsSchema,
  inClusterSettingsSchema,
  kubeconfigSettingsSchema,
} from "./settings-schemas.ts";
import type { commonSettingsSchema, reconcilerSettingsSchema } from "./settings-schemas.ts";
import { settingsParserOf, textOf, toList } from "./settings-parser.ts";

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

const readApi = settingsParserOf(apiSettingsSchema);
const readInCluster = settingsParserOf(inClusterSettingsSchema);
const readGke = settingsParserOf(gkeSettingsSchema);
const readKubeconfig = settingsParserOf(kubeconfigSettingsSchema);

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
