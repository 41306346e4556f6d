/**
 * Our Helm chart, as a test has it: its values, held to its schema, and the objects that it makes.
 *
 * @module
 */
import type { KubernetesObject } from "@kubernetes/client-node";
import { Ajv } from "ajv";
// Not the Kubernetes client's: that drops the fields that it does not know.
import { load, loadAll } from "js-yaml";
import { readdirSync, readFileSync } from "node:fs";
import { renderTemplates } from "./chart-template.ts";

const CHART = new URL("../../terraform/cluster/chart/", import.meta.url);

export const chartDirectory = CHART.pathname;

/** An object as the cluster gets it. */
export interface Manifest extends KubernetesObject {
  kind: string;
  apiVersion: string;
  metadata: { name: string; namespace?: string; [key: string]: unknown };
  [key: string]: unknown;
}

export type Values = Record<string, unknown>;

/** What an operator must say, and nothing else: the rest is as in values.yaml. */
export const VALUES = {
  reconcilers: [
    "kairos-provision@test-project.iam.gserviceaccount.com",
    "kairos-cleanup@test-project.iam.gserviceaccount.com",
  ],
  volume: { server: "10.0.0.2", path: "/sites" },
  secrets: {
    databaseAdmin: "projects/123456789012/secrets/kairos-database-admin/versions/1",
    mail: "projects/123456789012/secrets/kairos-mail/versions/3",
  },
  backup: { bucket: "test-project-kairos-backup" },
  gateway: {
    addressName: "kairos-sites",
    certificateMap: "kairos-sites",
  },
};

/** An external database, and neither backup nor Gateway. */
export const SMALL_VALUES = {
  ...VALUES,
  namespace: "tenants",
  mariadb: { enabled: false },
  database: { host: "db.example.com", port: 3307 },
  backup: { enabled: false },
  gateway: { enabled: false },
};

function readChartFile(path: string): string {
  return readFileSync(new URL(path, CHART), "utf8");
}

/** Three benches, of which one is to go. */
export const SEVERAL_BENCHES = {
  ...VALUES,
  benches: ["main", "v16-31", "v16-33"],
  retiredBenches: ["v16-31"],
  releases: ["frappe-bench", "frappe-bench-v16-31", "frappe-bench-v16-33"],
  router: {
    benches: ["main", "v16-31", "v16-33"].map((name, index) => ({
      name,
      host: `${name}.frappe.svc.cluster.local`,
      port: 8080 + index,
      socketsHost: `${name}-socketio.frappe.svc.cluster.local`,
      socketsPort: 9000,
    })),
  },
};

/** All values: those of values.yaml with the given ones over them, as Helm merges them. */
export function mergeValues(given: Values): Values {
  return merge(load(readChartFile("values.yaml")), given) as Values;
}

function merge(under: unknown, over: unknown): unknown {
  if (!isObject(under) || !isObject(over)) return over;
  const merged = { ...under };
  for (const [key, value] of Object.entries(over)) {
    merged[key] = key in under ? merge(under[key], value) : value;
  }
  return merged;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const isValid = new Ajv({
  allErrors: true,
  strict: true,
  strictTypes: false,
  strictRequired: false,
}).compile(JSON.parse(readChartFile("values.schema.json")) as object);

/** What the schema has against the values, as `/path: what`. */
export function findFaults(given: Values): string[] {
  if (isValid(mergeValues(given))) return [];
  return (isValid.errors ?? [])
    .filter(({ keyword }) => keyword !== "if")
    .map(({ instancePath, message, params }) => {
      const name = (params as { additionalProperty?: string }).additionalProperty;
      return `${instancePath}${name === undefined ? "" : `/${name}`}: ${message}`;
    });
}

export function readChartFiles(folder: string): Map<string, string> {
  return new Map(
    readdirSync(new URL(`${folder}/`, CHART))
      .toSorted()
      .map((name) => [`${folder}/${name}`, readChartFile(`${folder}/${name}`)]),
  );
}

/** The text that each template becomes. */
export function renderChart(given: Values = VALUES): Map<string, string> {
  const faults = findFaults(given);
  if (faults.length > 0) throw new Error(faults.join("\n"));
  return renderTemplates(readChartFiles("templates"), {
    values: mergeValues(given),
    files: readChartFiles("files"),
  });
}

/** The objects in a template's text; a document without any has none. */
export function objectsIn(text: string): Manifest[] {
  return (loadAll(text) as (Manifest | null)[]).filter((object) => object !== null);
}

/** All objects of the chart. */
export function chartObjects(given: Values = VALUES): Manifest[] {
  return [...renderChart(given).values()].flatMap(objectsIn);
}

/** The one object of this kind and name. A Job's name is without its hash. */
export function chartObject(kind: string, name: string, given: Values = VALUES): Manifest {
  const found = chartObjects(given).filter(
    (object) => object.kind === kind && object.metadata.name.replace(/-[0-9a-f]{10}$/, "") === name,
  );
  if (found.length !== 1) throw new Error(`there are ${found.length} of ${kind} ${name}`);
  return found[0] as Manifest;
}
