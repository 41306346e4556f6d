/**
 * The settings of the functions, parsed once from an environment that is passed in. Their schemas say what there is: each
 * of their properties is a setting, by its name in camel case, a list where it has commas, and null where it is not set.
 *
 * @module
 */
import type { FromSchema, JSONSchema } from "json-schema-to-ts";
import type { Bench } from "./bench.ts";
import { toBenches } from "./benches-setting.ts";
import type { ValuesOfBench } from "./benches-setting.ts";
import { toCallers } from "./callers-settings.ts";
import type { Callers } from "./callers-settings.ts";
import type { ClusterTarget, Environment } from "./setting-types.ts";
import {
  apiSettingsSchema,
  commonSettingsSchema,
  gkeSettingsSchema,
  inClusterSettingsSchema,
  kubeconfigSettingsSchema,
  reconcilerSettingsSchema,
} from "./settings-schemas.ts";
import { settingsParserOf, textOf, toList } from "./settings-parser.ts";

/** The settings that the code knows by another name. */
const NAMES = {
  GOOGLE_CLOUD_PROJECT: "projectId",
  API_AUDIENCE: "audience",
  GKE_NAMESPACE: "namespace",
  DB_HOST: "databaseHost",
  DB_PORT: "databasePort",
  DB_TLS: "databaseTls",
  DB_TLS_CA: "databaseCa",
} as const;

/** The settings that are lists. */
const LISTS = [
  "API_KEYS",
  "ALLOWED_CALLERS",
  "VIEWERS",
  "ALLOWED_ORIGINS",
  "RESERVED_SUBDOMAINS",
  "SITES_ADDRESSES",
  "DNS_SERVERS",
] as const;

interface Group {
  properties: Readonly<Record<string, JSONSchema>>;
  required: readonly string[];
}

type CamelCase<S extends string> = S extends `${infer Head}_${infer Rest}`
  ? `${Lowercase<Head>}${Capitalize<CamelCase<Rest>>}`
  : Lowercase<S>;

type NameOf<K extends string> = K extends keyof typeof NAMES ? (typeof NAMES)[K] : CamelCase<K>;

type ValueOf<G extends Group, K extends string> = K extends (typeof LISTS)[number]
  ? string[]
  : G["properties"][K] extends { default: unknown }
    ? FromSchema<G["properties"][K]>
    : K extends G["required"][number]
      ? FromSchema<G["properties"][K]>
      : FromSchema<G["properties"][K]> | null;

/** The settings that nobody reads but as a list of benches. */
const OF_BENCHES = ["BENCHES", "FRAPPE_IMAGE", "FRAPPE_APPS", "BENCH_URL"] as const;

type OfBenches = (typeof OF_BENCHES)[number];

/** What a group of settings becomes. */
type SettingsOf<G extends Group> = {
  [K in Exclude<keyof G["properties"] & string, OfBenches> as NameOf<K>]: ValueOf<G, K>;
};

/** What every function needs. */
export type CommonSettings = SettingsOf<typeof commonSettingsSchema>;

interface WithBenches {
  benches: Bench[];
}

export type ApiSettings = SettingsOf<typeof apiSettingsSchema> & WithBenches & Callers;

/** What the functions that reconcile need. */
export type ReconcilerSettings = SettingsOf<typeof reconcilerSettingsSchema> &
  WithBenches & {
    target: ClusterTarget;
  };

const readCommon = settingsParserOf(commonSettingsSchema);
const readApi = settingsParserOf(apiSettingsSchema);
const readInCluster = settingsParserOf(inClusterSettingsSchema);
const readGke = settingsParserOf(gkeSettingsSchema);
const readKubeconfig = settingsParserOf(kubeconfigSettingsSchema);

export function parseCommonSettings(env: Environment): CommonSettings {
  return toSettings(commonSettingsSchema, readCommon(env));
}

export function parseApiSettings(env: Environment): ApiSettings {
  const values = readApi(env);
  const settings = toSettings(apiSettingsSchema, values);
  return { ...settings, benches: toBenches(env, values), ...toCallers(settings) };
}

/** Takes the first of the three ways to the cluster that the environment speaks of. */
export function parseReconcilerSettings(env: Environment): ReconcilerSettings {
  if (textOf(env, "USE_IN_CLUSTER") === "true") {
    return { ...toReconciler(env, readInCluster(env)), target: { kind: "in-cluster" } };
  }
  if (textOf(env, "GKE_CLUSTER") !== undefined) {
    const values = readGke(env);
    return { ...toReconciler(env, values), target: toGkeTarget(values) };
  }
  const values = readKubeconfig(env);
  return { ...toReconciler(env, values), target: { kind: "kubeconfig", path: values.KUBECONFIG } };
}

function toReconciler(env: Environment, values: ValuesOfBench & Readonly<Record<string, unknown>>) {
  return {
    ...toSettings(reconcilerSettingsSchema, values),
    benches: toBenches(env, values),
  };
}

/** The values of a group by the code's names. */
function toSettings<G extends Group>(
  { properties }: G,
  values: Readonly<Record<string, unknown>>,
): SettingsOf<G> {
  const lists = new Set<string>(LISTS);
  const ofBenches = new Set<string>(OF_BENCHES);
  const names = Object.keys(properties).filter((name) => !ofBenches.has(name));
  const entries = names.map((name) => {
    const value = values[name];
    return [nameOf(name), lists.has(name) ? toList(value as string | undefined) : (value ?? null)];
  });
  // The schema has checked the values.
  return Object.fromEntries(entries) as SettingsOf<G>;
}

function nameOf(setting: string): string {
  const names: Readonly<Record<string, string>> = NAMES;
  const inCamelCase = setting
    .toLowerCase()
    .replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  return names[setting] ?? inCamelCase;
}

function toGkeTarget(values: FromSchema<typeof gkeSettingsSchema>): ClusterTarget {
  return {
    kind: "gke",
    project: values.GKE_PROJECT ?? values.GOOGLE_CLOUD_PROJECT,
    location: values.GKE_LOCATION,
    cluster: values.GKE_CLUSTER,
  };
}
