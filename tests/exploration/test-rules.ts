/**
 * The rules of what reads backups and leaves the site as it is: restore tests and exports.
 *
 * @module
 */
import { EXPORT_KIND, isRequested, isToGo, TEST_RESTORE_KIND } from "../../shared/tenant/tenant.ts";
import type { Tenant } from "../../shared/tenant/tenant.ts";
import { isTested } from "./model-databases.ts";
import type { State } from "./model.ts";
import { holds } from "./violation.ts";

/** What holds of a tenant in every state. */
export function checkTests({ id, status }: Tenant, { exports }: State): void {
  const isTest = status.operation?.kind === TEST_RESTORE_KIND;
  holds(!isTest || status.condition !== "failed", "a restore test is no failure of its tenant");
  const isWhole = status.export === null || exports[`${id} ${status.export.folder}`] === id;
  holds(isWhole, "an export that is ready is whole");
}

/** What holds of all exports. */
export function checkExports({ exports, tenants }: State): void {
  const isOwned = Object.values(exports).every((owner) => Boolean(tenants[owner]));
  holds(isOwned, "no export outlives its tenant");
}

/** What holds of a step of a tenant. */
export function checkReading(was: Tenant, record: Tenant): void {
  const { requests, command_id, generation } = record.spec;
  if (generation > was.spec.generation) {
    const isWithdrawn = !isRequested(record, TEST_RESTORE_KIND) || isToGo(record);
    const isAsked = requests[TEST_RESTORE_KIND] === command_id;
    holds(isWithdrawn || isAsked, "whatever is asked for withdraws a restore test");
    return;
  }
  if (!isReading(was) && !isReading(record)) return;
  const of = ({ status: { phase, site, kept } }: Tenant) => JSON.stringify([phase, site, kept]);
  holds(of(was) === of(record), "neither a test nor an export changes a site");
}

/** Whether such an operation is under way, and not one that is overtaken. */
function isReading({ spec, status: { operation } }: Tenant): boolean {
  if (operation === null || operation.slot === null) return false;
  const { kind, generation } = operation;
  return (kind === TEST_RESTORE_KIND || kind === EXPORT_KIND) && generation === spec.generation;
}

/** What holds of a tenant when nothing goes on any more. */
export function checkAfterTests({ id, spec, status }: Tenant, { databases }: State): void {
  const own = Object.entries(databases).filter(
    ([name, { owner }]) => owner === id && isTested(name),
  );
  holds(
    own.every(([, { isAbandoned }]) => isAbandoned === true),
    "no database of a test is left",
  );
  const { kind, generation } = status.operation ?? {};
  const isNewest = kind === TEST_RESTORE_KIND && generation === spec.generation;
  const hasPassed = isNewest && status.backup?.tests?.failure === null;
  holds(!hasPassed || own.length === 0, "a test that passed leaves nothing of earlier ones");
}
