/**
 * The documents `tenants/{id}` as records: to be worked on, or to be looked at.
 *
 * @module
 */
import type { DocumentSnapshot } from "@google-cloud/firestore";
import { DamagedRecordError } from "../platform/errors.ts";
import type { Stored } from "../reconciler/ports.ts";
import { OPERATION_KINDS } from "../operations/registry.ts";
import { damagedFields, showDamaged } from "../tenant/damaged-record.ts";
import type { Fields } from "../tenant/field-checks.ts";
import type { Tenant, TenantChanges } from "../tenant/tenant.ts";
import { toDates } from "./firestore-calls.ts";
import { versionOf } from "./versions.ts";

/** A tenant with its version; null when it is not there. Throws a `DamagedRecordError`. */
export function toStored(snapshot: DocumentSnapshot): Stored<Tenant> | null {
  if (!snapshot.exists) return null;
  const fields = fieldsOf(snapshot);
  const damaged = damagedFields(fields, snapshot.id, OPERATION_KINDS);
  if (damaged.length > 0) throw new DamagedRecordError(snapshot.ref.path, damaged);
  return { record: fields as unknown as Tenant, version: versionOf(snapshot.updateTime) };
}

/** A tenant to be looked at only; of a damaged record what can be read, with a sentence on the rest. */
export interface Shown {
  tenant: Tenant;
  /** The fields that are damaged. */
  damaged: string[];
}

/** Shows a tenant, however damaged its record is; null when it is not there. */
export function toShown(snapshot: DocumentSnapshot): Shown | null {
  const { id, createTime, updateTime } = snapshot;
  if (createTime === undefined || updateTime === undefined) return null;
  const fields = fieldsOf(snapshot);
  const damaged = damagedFields(fields, id, OPERATION_KINDS);
  if (damaged.length === 0) return { tenant: fields as unknown as Tenant, damaged };
  const times = { createdAt: createTime.toDate(), updatedAt: updateTime.toDate() };
  return { tenant: showDamaged(fields, id, damaged, times), damaged };
}

function fieldsOf(snapshot: DocumentSnapshot): Fields {
  return toDates(snapshot.data()) as Fields;
}

/** The changes as an update takes them, by the paths of their fields: what is beside them stays. */
export function toFieldPaths({
  created_at,
  updated_at,
  sequence,
  ...parts
}: TenantChanges): Record<string, unknown> {
  const changed = Object.entries(parts).flatMap(([part, fields]) =>
    Object.entries(fields).map(([name, value]) => [`${part}.${name}`, value] as const),
  );
  return {
    ...(created_at && { created_at }),
    ...(updated_at && { updated_at }),
    ...(sequence !== undefined && { sequence }),
    ...Object.fromEntries(changed),
  };
}
