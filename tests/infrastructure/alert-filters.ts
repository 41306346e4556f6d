/**
 * The filters of the alerts on what the cluster and the functions write (`terraform/cluster-alerts.tf`), by the alerts'
 * names, as an apply would leave them.
 *
 * @module
 */
import type { Terraform } from "../../scripts/terraform/run-terraform.ts";
import { parseFilter } from "./logging-filter.ts";
import type { LogEntry } from "./logging-filter.ts";
import { stateAfter } from "./terraform-state.ts";
import type { Resource } from "./terraform-state.ts";

/** The namespace in `terraform/tests/everything.tftest.hcl`. */
const TESTED_NAMESPACE = "tenants";

export interface Filters {
  names: string[];
  matches: (name: string, entry: LogEntry) => boolean;
}

/** After the last run of a test file, for another namespace than its own. */
export async function filtersAfter(
  testFile: string,
  namespace: string,
  terraform: Terraform,
): Promise<Filters> {
  const { resources } = await stateAfter(testFile, terraform);
  const filters = new Map(
    resources.flatMap(filterOf).map(([name, text]) => {
      return [name, parseFilter(text.replaceAll(`"${TESTED_NAMESPACE}"`, `"${namespace}"`))];
    }),
  );
  return {
    names: [...filters.keys()].toSorted(),
    matches(name, entry) {
      const filter = filters.get(name);
      if (filter === undefined) throw new Error(`there is no filter ${name}`);
      return filter(entry);
    },
  };
}

function filterOf({ type, name, index, values }: Resource): [string, string][] {
  // The metric goes by the name of the alert that is on it.
  if (type === "google_logging_metric" && name === "unscheduled") {
    return [["no-node", String(values["filter"])]];
  }
  if (type !== "google_monitoring_alert_policy" || name !== "logs") return [];
  const conditions = values["conditions"] as { condition_matched_log: { filter: string }[] }[];
  return conditions.flatMap(({ condition_matched_log: logs }): [string, string][] =>
    logs.map(({ filter }) => [String(index), filter]),
  );
}
