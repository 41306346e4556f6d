/**
 * The resync's part in custom domains: it looks at those that are due.
 *
 * @module
 */
import { errorFields, log } from "../../shared/platform/log.ts";
import { reconcileOneDomain } from "../../shared/runtime/reconcile-domains.ts";
import type { DomainDependencies } from "../../shared/runtime/reconcile-domains.ts";
import { workThrough } from "./work-through.ts";

/** How many domains one resync looks at at most; the next one is a minute away. */
const MAX_DUE = 100;

/** No further one after so long: a resync has more to do. */
const MAX_MILLISECONDS = 10_000;

/** Looks at the custom domains that are due, those that have waited longest first. Never throws. */
export async function checkDomains(dependencies: DomainDependencies, now: Date): Promise<void> {
  if (!dependencies.domains) return;
  try {
    const due = await dependencies.store.dueDomains(now, MAX_DUE);
    await workThrough(due, Date.now() + MAX_MILLISECONDS, (domain) =>
      reconcileOneDomain(domain, dependencies),
    );
  } catch (error) {
    log("WARNING", "DomainsNotChecked", errorFields(error));
  }
}
