/**
 * The documents `tenants/{id}`: what is desired and what was observed. What belongs to a tenant
 * elsewhere, its slot, its name, its deletion record, its history, its backups and the events that tell of it, is written in the
 * same batch.
 *
 * @module
 */
import type { Firestore, WriteBatch } from "@google-cloud/firestore";
import { within } from "../platform/deadline.ts";
import type { SeenJob } from "../reconciler/history-writes.ts";
import type { Claim, Stored, Version } from "../reconciler/ports.ts";
import { toldOfGone, toldOfNew, toTenantWrite } from "../reconciler/tenant-write.ts";
import type { ToldOf } from "../reconciler/tenant-write.ts";
import { heldSubdomains } from "../tenant/site-names.ts";
import type { Tenant, TenantChanges } from "../tenant/tenant.ts";
import type { Backups } from "./backups.ts";
import type { Deletions } from "./deletions.ts";
import {
  call,
  CALL_MILLISECONDS,
  commit,
  everyDocument,
  GRPC,
  grpcCode,
  LOST_UPDATE,
  toAdapterError,
} from "./firestore-calls.ts";
import type { History } from "./history.ts";
import type { Outbox } from "./outbox.ts";
import type { Reservations } from "./reservations.ts";
import type { Slots } from "./slots.ts";
import { toFieldPaths, toShown, toStored } from "./tenant-documents.ts";
import type { Shown } from "./tenant-documents.ts";
import { unchangedSince, versionOf } from "./versions.ts";

interface Neighbours {
  slots: Slots;
  reservations: Reservations;
  deletions: Deletions;
  outbox: Outbox;
  history: History;
  backups: Backups;
}

/** What is written together with changes to a tenant. */
interface WriteOptions {
  freedSlot?: number | null;
  /** What is left of the Job whose outcome is written, or what there is of the one that works. */
  seen?: SeenJob | null;
}

export function openTenants(firestore: Firestore, neighbours: Neighbours) {
  const { slots, reservations, deletions, outbox, history, backups } = neighbours;
  const tenants = firestore.collection("tenants");

  /** A tenant to be worked on. Throws a `DamagedRecordError` where its record is damaged. */
  async function readTenant(id: string): Promise<Stored<Tenant> | null> {
    return toStored(await call(tenants.doc(id).get()));
  }

  /** A tenant to be looked at, with a sentence on what is damaged in its record. */
  async function showTenant(id: string): Promise<Shown | null> {
    return toShown(await call(tenants.doc(id).get()));
  }

  /** Every tenant, read some at a time. What changes meanwhile may be missing or outdated. */
  async function* everyTenant(): AsyncGenerator<Shown> {
    for await (const document of everyDocument(tenants)) {
      const shown = toShown(document);
      if (shown !== null) yield shown;
    }
  }

  /** The ids of those that wait for a slot, whose turn is next first. */
  async function queue(limit: number): Promise<string[]> {
    const query = tenants
      .where("status.queue_key", ">", "")
      .orderBy("status.queue_key")
      .limit(limit);
    return (await call(query.select().get())).docs.map((document) => document.id);
  }

  /** The ids of the tenants that the resync shall look at, those that have waited longest first. */
  function dueTenants(now: Date, limit: number): Promise<string[]> {
    return dueBy("status.next_reconcile_at", now, limit);
  }

  /** The ids of the tenants whose backup is due, those that have waited longest first. */
  function dueBackups(now: Date, limit: number): Promise<string[]> {
    return dueBy("status.next_backup_at", now, limit);
  }

  /** The ids of the tenants whose deletion can be taken back no longer, those first whose time was over first. */
  function tenantsToPurge(now: Date, limit: number): Promise<string[]> {
    return dueBy("spec.retention.purge_at", now, limit);
  }

  async function dueBy(field: string, now: Date, limit: number): Promise<string[]> {
    const query = tenants.where(field, "<=", now).orderBy(field).limit(limit).select();
    return (await call(query.get())).docs.map((document) => document.id);
  }

  /** Puts off the next backup of a tenant, whatever its record is like otherwise. */
  async function putOffBackup(id: string, until: Date): Promise<void> {
    await commit(() => tenants.doc(id).update({ "status.next_backup_at": until }), GRPC.NOT_FOUND);
  }

  /** Puts a new tenant into a batch, which goes through only if there is none of its id. */
  function addNew(batch: WriteBatch, tenant: Tenant): void {
    batch.create(tenants.doc(tenant.id), tenant);
    addToldOf(batch, toldOfNew(tenant));
  }

  /**
   * Puts changes to a tenant into a batch, which goes through only if its record is still as it was read, and if nobody
   * has a name that is to be the tenant's. Gives the record as it is then.
   */
  async function addChanges(
    batch: WriteBatch,
    { record: before, version }: Stored<Tenant>,
    changes: TenantChanges,
    seen: SeenJob | null = null,
  ): Promise<Tenant> {
    const { record, names, ...write } = toTenantWrite(before, changes, seen);
    batch.update(tenants.doc(before.id), toFieldPaths(write.changes), unchangedSince(version));
    addToldOf(batch, write);
    for (const name of names.reserved) reservations.addNew(batch, name, record.id);
    for (const name of names.released) await reservations.addEnd(batch, name, record.id);
    return record;
  }

  function addToldOf(batch: WriteBatch, told: ToldOf): void {
    if (told.event !== null) outbox.addNew(batch, told.event);
    for (const operation of told.operations) history.addWrite(batch, operation);
    for (const backup of told.backups) backups.addWrite(batch, backup);
  }

  /**
   * Writes changes to a tenant, if its record is still as it was read, and frees the slot that it held
   * in the same write. Null when the record has changed.
   */
  async function writeTenant(
    stored: Stored<Tenant>,
    changes: TenantChanges,
    { freedSlot = null, seen = null }: WriteOptions = {},
  ): Promise<Stored<Tenant> | null> {
    const batch = firestore.batch();
    const record = await addChanges(batch, stored, changes, seen);
    if (freedSlot !== null) await slots.addEnd(batch, freedSlot, record.id);
    const written = await commit(() => batch.commit(), ...LOST_UPDATE);
    return written === null ? null : { record, version: versionOf(written[0]?.writeTime) };
  }

  /**
   * Takes a slot for a tenant and writes the changes to its record, both or neither. The client library
   * may repeat a commit by itself, so its own earlier success can look like either of the other two:
   * the record tells, at the next look.
   */
  async function claimSlot(
    stored: Stored<Tenant>,
    slot: number,
    changes: TenantChanges,
  ): Promise<Claim> {
    const batch = firestore.batch();
    const record = await addChanges(batch, stored, changes);
    slots.addNew(batch, slot, record.id, changes.updated_at);
    try {
      const [written] = await within(CALL_MILLISECONDS, batch.commit());
      const version = versionOf(written?.writeTime);
      return { result: "claimed", stored: { record, version } };
    } catch (error) {
      const code = grpcCode(error);
      if (code === GRPC.ALREADY_EXISTS) return { result: "taken" };
      if (code !== null && LOST_UPDATE.includes(code)) return { result: "lost" };
      throw toAdapterError(error);
    }
  }

  /** Ends a deletion: record and reservation go, the deletion record is closed, all or nothing. A name of another's stays. */
  async function endDeletion(tenant: Tenant, version: Version, now: Date): Promise<boolean> {
    const batch = firestore.batch().delete(tenants.doc(tenant.id), unchangedSince(version));
    addToldOf(batch, toldOfGone(tenant, now));
    deletions.addEnd(batch, tenant.id, { completedAt: now, reason: tenant.status.reason });
    for (const name of heldSubdomains(tenant)) await reservations.addEnd(batch, name, tenant.id);
    return (await commit(() => batch.commit(), ...LOST_UPDATE)) !== null;
  }

  return {
    addNew,
    addChanges,
    methods: {
      readTenant,
      showTenant,
      tenants: everyTenant,
      queue,
      dueTenants,
      dueBackups,
      putOffBackup,
      tenantsToPurge,
      writeTenant,
      claimSlot,
      endDeletion,
    },
  };
}

export type Tenants = ReturnType<typeof openTenants>;
