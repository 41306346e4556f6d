/**
 * What restoring and taking that back have in common. Pure.
 *
 * @module
 */
import type { StatusChanges, Tenant } from "../tenant/tenant.ts";
import { UNTRIED } from "./operation-definition.ts";

/** The steps at which a site that is restored is as it was, whatever earlier attempts have done. */
const BEFORE_THE_SWAP: ReadonlySet<string | null> = new Set([
  UNTRIED,
  "read-manifest",
  "load-database",
  "count-rows",
  "list-apps",
  "unpack-files",
  "make-user",
  "settle-quiet",
]);

/**
 * Given up in the middle of a swap, or before anybody has looked whether one was begun, the site may be closed, and which
 * of the two it is nobody knows. Whatever is asked next opens or suspends it anew, as the one that the record says.
 */
export function swapGivenUp({ status: { site } }: Tenant, step: string | null): StatusChanges {
  if (site === null || BEFORE_THE_SWAP.has(step)) return {};
  return { phase: "failed", site: { ...site, suspended: null } };
}
