/**
 * What is written of a tenant in one batch: the changes to its record, and what follows from them, the event that tells
 * of them, the history and the records of backups. Every writer goes through here, so no change of the status is untold. Pure.
 *
 * @module
 */
import { isNobodys } from "../tenant/standby.ts";
import { toEvent, toStatusView } from "../tenant/status-event.ts";
import type { StatusEvent } from "../tenant/status-event.ts";
import { heldSubdomains } from "../tenant/site-names.ts";
import { isDeleted, withChanges } from "../tenant/tenant.ts";
import type { Tenant, TenantChanges } from "../tenant/tenant.ts";
import { backupsOfChange } from "./backup-writes.ts";
import type { BackupWrite } from "./backup-writes.ts";
import { historyOfChange, historyOfGone, historyOfNew } from "./history-writes.ts";
import type { OperationWrite, SeenJob } from "./history-writes.ts";

/** What is written beside a tenant's record. */
export interface ToldOf {
  /** Null where nothing of the status view has changed. */
  event: StatusEvent | null;
  operations: OperationWrite[];
  backups: BackupWrite[];
}

/** The changes to a record, with what is written beside them. */
export interface TenantWrite extends ToldOf {
  changes: TenantChanges;
  /** The record as it is then. */
  record: Tenant;
  /** The subdomains that are the tenant's from then on, and those that are no longer. */
  names: { reserved: string[]; released: string[] };
}

/** What is written beside a new tenant. */
export function toldOfNew(tenant: Tenant): ToldOf {
  const { phase } = tenant.status;
  const event = isNobodys(tenant) ? null : toEvent(tenant, phase, tenant.created_at);
  return { event, operations: historyOfNew(tenant), backups: [] };
}

/** What changes to a tenant come to. `seen`, if it is known, is the Job that they are about. */
export function toTenantWrite(
  before: Tenant,
  changes: TenantChanges,
  seen: SeenJob | null = null,
): TenantWrite {
  const after = withChanges(before, changes);
  const operations = historyOfChange(before, after, seen);
  const backups = backupsOfChange(before, after, seen);
  const names = namesOfChange(before, after);
  if (!isViewChanged(before, after)) {
    return { changes, record: after, names, event: null, operations, backups };
  }
  const sequence = before.sequence + 1;
  const record = { ...after, sequence };
  const event = toEvent(record, record.status.phase, record.updated_at);
  return { changes: { ...changes, sequence }, record, names, event, operations, backups };
}

/** What is written beside the end of a deletion, with which the record goes. */
export function toldOfGone(tenant: Tenant, now: Date): ToldOf {
  const last = { ...tenant, sequence: tenant.sequence + 1 };
  // Of one whose deletion could be taken back, that was told when nobody could see it any more.
  const isTold = isNobodys(tenant) || isDeleted(tenant);
  const event = isTold ? null : toEvent(last, "deleted", now);
  return { event, operations: historyOfGone(tenant, now), backups: [] };
}

function namesOfChange(before: Tenant, after: Tenant): TenantWrite["names"] {
  const [had, has] = [heldSubdomains(before), heldSubdomains(after)];
  return {
    reserved: has.filter((name) => !had.includes(name)),
    released: had.filter((name) => !has.includes(name)),
  };
}

/** Of what is nobody's, nobody has a view, and of what is deleted, nobody has one any more. */
function isViewChanged(before: Tenant, after: Tenant): boolean {
  if (isNobodys(after) || (isDeleted(before) && isDeleted(after))) return false;
  return JSON.stringify(toStatusView(before)) !== JSON.stringify(toStatusView(after));
}
