/**
 * What failed in a rollout, together by what it failed at: the same patch with the same message is one thing to mend. Pure.
 *
 * @module
 */
import type { FailedTenant } from "./rollout-words.ts";

export interface FailureGroup {
  patch: string | null;
  step: string | null;
  reason: string;
  message: string | null;
  /** The newest first. */
  tenants: FailedTenant[];
}

/** Those with the most tenants first, and of these the newest. */
export function groupFailures(failed: readonly FailedTenant[]): FailureGroup[] {
  const newestFirst = failed.toSorted((left, right) => right.at.localeCompare(left.at));
  return [...Map.groupBy(newestFirst, keyOf).values()]
    .flatMap((tenants) => {
      const [newest] = tenants;
      if (newest === undefined) return [];
      const { patch, step, reason } = newest;
      return [{ patch, step, reason, message: ownMessage(newest), tenants }];
    })
    .toSorted((left, right) => right.tenants.length - left.tenants.length);
}

function keyOf(one: FailedTenant): string {
  const { patch, step, reason, tenant_id } = one;
  return JSON.stringify([patch, step, reason, withoutId(ownMessage(one), tenant_id)]);
}

/** The message begins with the patch, which is told apart. */
function ownMessage({ patch, message }: FailedTenant): string | null {
  const beginning = `${patch}: `;
  return patch && message?.startsWith(beginning) ? message.slice(beginning.length) : message;
}

/** The name of a site, and of its database, is made of the tenant's id: the same failure of another tenant has another. */
function withoutId(message: string | null, id: string): string | null {
  return message && message.replaceAll(id, "ID").replaceAll(id.replaceAll("-", ""), "ID");
}
