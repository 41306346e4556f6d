/**
 * What restoring and taking that back have in common. Pure.
 *
 * @module
 */
import type { StatusChanges, Tenant } from "../tenant/tenant.ts";

/** The steps at which a site that is restored is as it was. */
const BEFORE_THE_SWAP: ReadonlySet<string | null> = new Set([
  "read-manifest",
  "load-database",
  "count-rows",
  "unpack-files",
  "make-user",
  "list-apps",
  "look-for-kept",
  "settle-quiet",
]);

/** Those of them that a further attempt goes through again when an earlier one was stopped in the middle of its swap. */
const ALSO_AFTER_A_SWAP: ReadonlySet<string | null> = new Set([
  "read-manifest",
  "list-apps",
  "look-for-kept",
  "settle-quiet",
]);

/**
 * Given up in the middle of a swap, the site may be closed, and which of the two it is nobody knows. Whatever is asked next opens
 * or suspends it anew, as the one that the record says.
 */
export function swapGivenUp({ status }: Tenant, step: string | null): StatusChanges {
  const { site, operation } = status;
  const isFirst = operation === null || operation.attempt === operation.first_attempt;
  const isUntouched = BEFORE_THE_SWAP.has(step) && (isFirst || !ALSO_AFTER_A_SWAP.has(step));
  if (site === null || isUntouched) return {};
  return { phase: "failed", site: { ...site, suspended: null } };
}
