/**
 * The filters of what `terraform/` makes of the logs: alerts, metrics and the sink, by their names, as an apply would
 * leave them.
 *
 * @module
 */
import type { Terraform } from "../scripts/terraform/terraform.ts";
import { parseFilter } from "./logging-filter.ts";
import type { LogEntry } from "./logging-filter.ts";
import { stateAfter } from "./terraform-state.ts";
import type { Resource } from "./terraform-state.ts";

/** The namespace in `terraform/tests/everything.tftest.hcl`. */
const TESTED_NAMESPACE = "tenants";

export interface Filters {
  names: string[];
  /** Those on Kubernetes' events in the sites' namespace that tell operators. */
  ofEvents: string[];
  matches: (name: string, entry: LogEntry) => boolean;
}

/** After the last run of a test file, for another namespace than its own. */
export async function filtersAfter(
  testFile: string,
  namespace: string,
  terraform: Terraform,
): Promise<Filters> {
  const { resources } = await stateAfter(testFile, terraform);
  const texts = resources.flatMap(filterOf);
  const filters = new Map(
    texts.map(([name, text]) => {
      return [name, parseFilter(text.replaceAll(`"${TESTED_NAMESPACE}"`, `"${namespace}"`))];
    }),
  );
  return {
    names: [...filters.keys()].toSorted(),
    ofEvents: ["evicted", "image-not-pulled", "namespace-quota", "no-node", "out-of-memory"],
    matches(name, entry) {
      const filter = filters.get(name);
      if (filter === undefined) throw new Error(`there is no filter ${name}`);
      return filter(entry);
    },
  };
}

/** The metric behind an alert goes by the alert's name. */
const METRICS: Readonly<Record<string, string>> = { unscheduled: "no-node" };

function filterOf({ type, name, index, values }: Resource): [string, string][] {
  if (type === "google_logging_metric") return [[METRICS[name] ?? name, String(values["filter"])]];
  if (type === "google_logging_project_sink") return [[name, String(values["filter"])]];
  if (type !== "google_monitoring_alert_policy") return [];
  const conditions = values["conditions"] as { condition_matched_log?: { filter: string }[] }[];
  return conditions.flatMap(({ condition_matched_log: [log] = [] }): [string, string][] =>
    log === undefined ? [] : [[index ?? name, log.filter]],
  );
}
