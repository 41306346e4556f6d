/**
 * What is to be said of the pool's size. Pure.
 *
 * @module
 */
import type { Pool } from "../../client/api-client.ts";

/** Whether the pool has what it needs, in a sentence. */
export function adviceOnSize({ size, demand }: Pick<Pool, "size" | "demand">): string {
  if (demand.tenants === 0) return "Nobody has asked for a tenant since then.";
  if (demand.size === null)
    return "No site was made in the place of another since then, so nobody can tell.";
  if (demand.size > size) {
    return `At the busiest time ${demand.size} were asked for before a new site could be ready, and the pool has ${size}: set POOL_SIZE to ${demand.size}.`;
  }
  return demand.size < size
    ? `${demand.size} would have been enough.`
    : "The pool was as large as it had to be.";
}
