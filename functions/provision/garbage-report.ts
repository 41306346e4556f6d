/**
 * What a garbage collection reports: a log line for each finding, and all of them in the database, where the API reads them. They
 * are only told of, so a report that cannot be recorded keeps nothing from being collected.
 *
 * @module
 */
import { MAX_LISTED } from "../../shared/firestore/garbage-collection.ts";
import type { CollectionRun, Store } from "../../shared/firestore/store.ts";
import { errorFields, log } from "../../shared/platform/log.ts";
import type { Finding } from "./findings.ts";

export interface Report {
  add: (finding: Finding) => void;
  /** That a part was not finished. */
  addFailure: (part: string, error: unknown) => void;
  count: () => number;
  /** Records what was reported. Never throws. */
  end: () => Promise<void>;
}

/** Begins a report, and records that. Never throws. */
export async function beginReport(
  store: Pick<Store, "beginGarbageCollection" | "endGarbageCollection">,
  now: Date,
): Promise<Report> {
  const findings: CollectionRun["findings"] = [];
  const failed: string[] = [];
  let count = 0;
  await recorded(() => store.beginGarbageCollection(now));
  return {
    add({ event, ...about }) {
      log("WARNING", event, about);
      count += 1;
      if (findings.length === MAX_LISTED) return;
      const { tenantId = null, subdomain = null, domain = null, damaged = [] } = about;
      findings.push({ event, tenant_id: tenantId, subdomain, domain, damaged, at: new Date() });
    },
    addFailure: (part, error) => failed.push(`${part}: ${String(errorFields(error)["error"])}`),
    count: () => count,
    end: () =>
      recorded(() =>
        store.endGarbageCollection({
          finished_at: new Date(),
          findings_total: count,
          findings,
          failed,
        }),
      ),
  };
}

async function recorded(write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    log("WARNING", "FindingsNotRecorded", errorFields(error));
  }
}
