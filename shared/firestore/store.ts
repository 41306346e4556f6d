/**
 * The store: every read and write of Firestore. A write that must not overwrite somebody else's
 * insists on the version it was decided on; every effect is one atomic batch.
 *
 * | collection                 | holds                                                     |
 * | -------------------------- | --------------------------------------------------------- |
 * | `tenants/{id}`             | a tenant: what is wanted and what was last seen           |
 * | `subdomains/{subdomain}`   | which tenant holds the name                               |
 * | `requests/{id}`            | how a request was answered that may come again            |
 * | `deletions/{id}`           | the record of a deletion; creating it triggers cleanup        |
 * | `slots/{k}`                | which tenant's site Job may run in the k-th slot          |
 * | `system/heartbeat`         | when the resync last saw the cluster                       |
 *
 * @module
 */
import { Firestore, Timestamp } from "@google-cloud/firestore";
import type { DocumentReference, WriteBatch } from "@google-cloud/firestore";
import { within } from "../platform/deadline.ts";
import { AdapterError } from "../platform/errors.ts";
import {
  call,
  CALL_MILLISECONDS,
  commit,
  everyDocument,
  GRPC,
  grpcCode,
  LOST_UPDATE,
  toDates,
  toAdapterError,
} from "./firestore-calls.ts";
import { connectionOptions } from "../platform/google-clients.ts";
import type { IdempotentRequest, Repeated } from "../tenant/repeated-request.ts";
import type { Claim, Stored } from "../reconciler/ports.ts";
import { openRequestRecords } from "./request-records.ts";
import { addSeconds, DELETION_RECORD_DAYS, withChanges } from "../tenant/tenant.ts";
import { isTenantId } from "../tenant/names.ts";
import type { Deletion, Tenant, TenantChanges } from "../tenant/tenant.ts";
import { listTenants, toFieldPaths, toShown, toStored } from "./tenant-documents.ts";
import type { ListRequest, Shown } from "./tenant-documents.ts";
import { applyCommand, correct } from "../tenant/commands.ts";
import type { Corrections, CommandRequest, Command } from "../tenant/commands.ts";

export type { ListRequest, Position, TenantList } from "./tenant-documents.ts";

export interface StoreOptions {
  projectId: string;
  /** `host:port` of an emulator; without it, Google Cloud's own Firestore. */
  emulatorHost?: string | undefined;
}

export type Store = ReturnType<typeof openStore>;

/** A slot that is taken, and by whom. */
export interface TakenSlot {
  slot: number;
  /** Of any form, where somebody else has written it. */
  tenantId: string;
}

/** A name that is taken, and by whom. */
export interface Reservation {
  subdomain: string;
  tenantId: string;
  reservedAt: Date;
  version: unknown;
}

/** What came of asking for a tenant. */
export type Created = { outcome: "created" } | { outcome: "subdomain-taken" } | Repeated;

/** The tenant's state does not allow it; `why` is a sentence for the caller. */
interface Refused {
  outcome: "refused";
  why: string;
}

/** What came of a command, and the tenant as it is then. `unchanged`: it was requested already. */
export type CommandResult =
  | { outcome: "changed" | "unchanged"; tenant: Tenant }
  | Refused
  | Repeated;

/** What came of a correction; when it is `changed`, the tenant is as the caller wants it. */
export type CorrectionResult = { outcome: "changed"; tenant: Tenant } | Refused;

/** How often a lost race is run again before the caller is told to try later. */
const MAX_TRIES = 5;

/** A creation that meets something which is gone when it looks is tried again, but not for ever. */
const MAX_CREATE_COMMITS = 3;

/** The client asks for gRPC's credentials where there is no TLS, though it has no use for them. */
const WITHOUT_GRPC = { credentials: { createInsecure: () => ({}) } };

/** Opens the store. Connects at the first call. Every method may throw an `AdapterError`. */
export function openStore({ projectId, emulatorHost }: StoreOptions) {
  const firestore = new Firestore({
    projectId,
    preferRest: true,
    ...connectionOptions(CALL_MILLISECONDS, emulatorHost),
    ...(emulatorHost === undefined ? {} : { grpc: WITHOUT_GRPC, host: emulatorHost, ssl: false }),
  });
  const tenants = firestore.collection("tenants");
  const subdomains = firestore.collection("subdomains");
  const requests = openRequestRecords(firestore);
  const deletions = firestore.collection("deletions");
  const slots = firestore.collection("slots");
  const heartbeat = firestore.doc("system/heartbeat");

  /** A tenant to be worked on. Throws a `DamagedRecordError` where its record is damaged. */
  async function readTenant(id: string): Promise<Stored<Tenant> | null> {
    return toStored(await call(tenants.doc(id).get()));
  }

  /** A tenant to be looked at, with a sentence on what is damaged in its record. */
  async function showTenant(id: string): Promise<Shown | null> {
    return toShown(await call(tenants.doc(id).get()));
  }

  /**
   * Stores a new tenant and reserves its subdomain, both or neither, and with them the request's record.
   * Nothing is read before the first commit, for most find nothing in their way; what one has met is read
   * after it. The client library may repeat a commit by itself, so that can be its own earlier success:
   * the reservation tells, or the record, whose answer is the same.
   */
  async function createTenant(tenant: Tenant, request: IdempotentRequest | null): Promise<Created> {
    const reservation = subdomains.doc(tenant.spec.subdomain);
    let expired: Timestamp | null = null;
    for (let commits = 0; commits < MAX_CREATE_COMMITS; commits++) {
      const batch = firestore
        .batch()
        .create(tenants.doc(tenant.id), tenant)
        .create(reservation, { tenant_id: tenant.id });
      requests.add(batch, request, tenant, expired);
      const written = await commit(() => batch.commit(), GRPC.ALREADY_EXISTS, ...LOST_UPDATE);
      if (written !== null) return { outcome: "created" };

      const met = await requests.readWith(reservation, request);
      if (met.repeated !== null) return met.repeated;
      if (met.found.get("tenant_id") === tenant.id) return { outcome: "created" };
      // Whoever holds it, and be it nobody whom one could name.
      if (met.found.exists) return { outcome: "subdomain-taken" };
      expired = met.expired;
    }
    throw new AdapterError("store", "unavailable", "what is in the tenant's way keeps changing");
  }

  /**
   * Writes changes to a tenant, if its record is still as it was read, and frees the slot that it held
   * in the same write. Null when the record has changed.
   */
  async function writeTenant(
    id: string,
    version: unknown,
    changes: TenantChanges,
    freedSlot: number | null = null,
  ): Promise<{ version: unknown } | null> {
    const batch = updateBatch(id, version, changes);
    if (freedSlot !== null) await deleteIfHeld(batch, slots.doc(String(freedSlot)), id);
    const written = await commit(() => batch.commit(), ...LOST_UPDATE);
    return written === null ? null : { version: written[0]?.writeTime };
  }

  /** Adds the deletion of a tenant's slot or name to a batch; of one that is another's it adds nothing. */
  async function deleteIfHeld(
    batch: WriteBatch,
    document: DocumentReference,
    tenantId: string,
  ): Promise<void> {
    const held = await call(document.get());
    if (held.get("tenant_id") !== tenantId || held.updateTime === undefined) return;
    batch.delete(document, { lastUpdateTime: held.updateTime });
  }

  /** A batch that goes through only if the tenant's record is still as it was read. */
  function updateBatch(id: string, version: unknown, changes: TenantChanges) {
    return firestore
      .batch()
      .update(tenants.doc(id), toFieldPaths(changes), { lastUpdateTime: version as Timestamp });
  }

  /** Which slots are taken, and by whom. A document that no slot can have takes none. */
  async function readSlots(): Promise<TakenSlot[]> {
    return (await call(slots.get())).docs
      .filter(({ id }) => /^\d+$/.test(id))
      .map((document) => ({
        slot: Number(document.id),
        tenantId: String(document.get("tenant_id")),
      }));
  }

  /**
   * Takes a slot for a tenant and writes the changes to its record, both or neither. The client library
   * may repeat a commit by itself, so its own earlier success can look like either of the other two:
   * the record tells, at the next look.
   */
  async function claimSlot(
    id: string,
    version: unknown,
    slot: number,
    changes: TenantChanges,
  ): Promise<Claim> {
    const batch = updateBatch(id, version, changes);
    batch.create(slots.doc(String(slot)), { tenant_id: id, claimed_at: changes.updated_at });
    try {
      const [written] = await within(CALL_MILLISECONDS, batch.commit());
      return { result: "claimed", version: written?.writeTime };
    } catch (error) {
      const code = grpcCode(error);
      if (code === GRPC.ALREADY_EXISTS) return { result: "taken" };
      if (code !== null && LOST_UPDATE.includes(code)) return { result: "lost" };
      throw toAdapterError(error);
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

  /**
   * Frees a slot that no tenant knows of: its holder is gone, has no such slot on record, or is nobody. A slot
   * that lost its holder is given back to the tenant that has it on record. True when it was freed.
   */
  async function freeOrphanedSlot({ slot, tenantId }: TakenSlot): Promise<boolean> {
    const document = slots.doc(String(slot));
    const taken = await call(document.get());
    const lastUpdateTime = taken.updateTime;
    if (lastUpdateTime === undefined || String(taken.get("tenant_id")) !== tenantId) return false;
    const knows = await whoKnowsOf(slot, tenantId);
    if (knows === tenantId) return false;
    const write = () =>
      knows === null
        ? document.delete({ lastUpdateTime })
        : document.update({ tenant_id: knows }, { lastUpdateTime });
    return (await commit(write, ...LOST_UPDATE)) !== null && knows === null;
  }

  /** The tenant that has a slot on record: its holder, where that is a tenant; null when nobody has. */
  async function whoKnowsOf(slot: number, holder: string): Promise<string | null> {
    if (isTenantId(holder)) {
      const found = await call(tenants.doc(holder).get());
      return found.get("status.operation.slot") === slot ? holder : null;
    }
    const found = await call(tenants.where("status.operation.slot", "==", slot).limit(1).get());
    return found.docs[0]?.id ?? null;
  }

  /**
   * Records a caller's command, and in the same batch the request's record and, for a deletion, what triggers
   * cleanup. Null when there is no such tenant. A request that was answered before is answered so again,
   * also when its tenant is gone since; one that is refused leaves no record.
   *
   * The client library may repeat a commit by itself, so a lost race can be its own earlier success:
   * then the tenant holds our command id, or the record our answer.
   */
  async function runCommand(
    id: string,
    command: Command,
    issued: CommandRequest,
    request: IdempotentRequest | null,
  ): Promise<CommandResult | null> {
    let isDeletionThere = false;
    for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
      const { found, repeated, expired } = await requests.readWith(tenants.doc(id), request);
      if (repeated !== null) return repeated;
      const stored = toStored(found);
      if (stored === null) return null;
      const { record, version } = stored;
      if (record.spec.command_id === issued.commandId)
        return { outcome: "changed", tenant: record };
      const result = applyCommand(record, command, issued);
      if (result.outcome === "refused") return result;

      const { outcome } = result;
      const changes = result.outcome === "changed" ? result.changes : null;
      if (changes === null && request === null) return { outcome, tenant: record };
      const tenant = changes === null ? record : withChanges(record, changes);
      const batch = changes === null ? firestore.batch() : updateBatch(id, version, changes);
      if (changes !== null && command === "delete") {
        const deletion = newDeletion(issued.now);
        if (isDeletionThere) batch.set(deletions.doc(id), deletion);
        else batch.create(deletions.doc(id), deletion);
      }
      requests.add(batch, request, tenant, expired);
      const written = await commit(() => batch.commit(), ...LOST_UPDATE, GRPC.ALREADY_EXISTS);
      if (written !== null) return { outcome, tenant };
      // Somebody else made it. Overwriting it triggers nobody, so this deletion is the resync's.
      if (command === "delete") isDeletionThere = (await call(deletions.doc(id).get())).exists;
    }
    throw new AdapterError("store", "unavailable", `tenant ${id} keeps changing`);
  }

  /**
   * Corrects what a caller once said of a tenant. Null when there is no such tenant. The client library
   * may repeat a commit by itself, so a lost race can be its own earlier success: then all is so already.
   */
  async function changeFields(
    id: string,
    corrections: Corrections,
    now: Date,
  ): Promise<CorrectionResult | null> {
    for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
      const stored = await readTenant(id);
      if (stored === null) return null;
      const { record, version } = stored;
      const result = correct(record, corrections, now);
      if (result.outcome === "refused") return result;
      if (result.outcome === "unchanged") return { outcome: "changed", tenant: record };
      if ((await writeTenant(id, version, result.changes)) !== null) {
        return { outcome: "changed", tenant: withChanges(record, result.changes) };
      }
    }
    throw new AdapterError("store", "unavailable", `tenant ${id} keeps changing`);
  }

  /** Ends a deletion: record and reservation go, the deletion record is closed, all or nothing. A name of another's stays. */
  async function endDeletion(tenant: Tenant, version: unknown, now: Date): Promise<boolean> {
    const deletion: Partial<Deletion> = {
      completed_at: now,
      reason: tenant.status.reason,
      expires_at: addSeconds(now, DELETION_RECORD_DAYS * 24 * 3600),
    };
    const batch = firestore
      .batch()
      .delete(tenants.doc(tenant.id), { lastUpdateTime: version as Timestamp })
      .set(deletions.doc(tenant.id), deletion, { merge: true });
    await deleteIfHeld(batch, subdomains.doc(tenant.spec.subdomain), tenant.id);
    return (await commit(() => batch.commit(), ...LOST_UPDATE)) !== null;
  }

  /** The ids of the tenants that the resync shall look at, those that have waited longest first. */
  async function dueTenants(now: Date, limit: number): Promise<string[]> {
    const query = tenants
      .where("status.next_reconcile_at", "<=", now)
      .orderBy("status.next_reconcile_at")
      .limit(limit)
      .select();
    return (await call(query.get())).docs.map((document) => document.id);
  }

  /** Every tenant, read some at a time. What changes meanwhile may be missing or outdated. */
  async function* everyTenant(): AsyncGenerator<Shown> {
    for await (const document of everyDocument(tenants)) {
      const shown = toShown(document);
      if (shown !== null) yield shown;
    }
  }

  /** Every reservation, read some at a time. */
  async function* reservations(): AsyncGenerator<Reservation> {
    for await (const document of everyDocument(subdomains)) {
      yield {
        subdomain: document.id,
        tenantId: String(document.get("tenant_id")),
        reservedAt: document.createTime.toDate(),
        version: document.updateTime,
      };
    }
  }

  /** Which tenant holds a name; null when it is free. */
  async function readReservation(subdomain: string): Promise<string | null> {
    const holder = (await call(subdomains.doc(subdomain).get())).get("tenant_id") as unknown;
    return typeof holder === "string" ? holder : null;
  }

  /** Gives a name back to a tenant, if its reservation is still as it was read. True when it was. */
  async function giveReservation({ subdomain, version }: Reservation, tenantId: string) {
    const given = { tenant_id: tenantId };
    const lastUpdateTime = version as Timestamp;
    const write = () => subdomains.doc(subdomain).update(given, { lastUpdateTime });
    return (await commit(write, ...LOST_UPDATE)) !== null;
  }

  /** Sets a name free, if its reservation is still as it was read. */
  async function deleteReservation({ subdomain, version }: Reservation): Promise<void> {
    const lastUpdateTime = version as Timestamp;
    await commit(() => subdomains.doc(subdomain).delete({ lastUpdateTime }), ...LOST_UPDATE);
  }

  /** The record of a deletion. What is no time in it is taken for none. */
  async function readDeletion(tenantId: string): Promise<Deletion | null> {
    const found = (await call(deletions.doc(tenantId).get())).data();
    if (found === undefined) return null;
    const deletion = toDates(found) as Deletion;
    return {
      ...deletion,
      completed_at: deletion.completed_at instanceof Date ? deletion.completed_at : null,
    };
  }

  /** The tenants whose deletion ended within a span of time. */
  async function deletionsEnded(since: Date, before: Date): Promise<string[]> {
    const query = deletions.where("completed_at", ">=", since).where("completed_at", "<", before);
    return (await call(query.select().get())).docs.map((document) => document.id);
  }

  /** The tenants whose deletion was asked for by then and has not ended. */
  async function deletionsOpen(before: Date): Promise<string[]> {
    const open = await call(deletions.where("completed_at", "==", null).get());
    return open.docs
      .filter((document) => {
        const requestedAt: unknown = document.get("requested_at");
        return !(requestedAt instanceof Timestamp) || requestedAt.toDate() < before;
      })
      .map((document) => document.id);
  }

  /** Notes that the resync has just seen the cluster. */
  async function recordHeartbeat(now: Date): Promise<void> {
    await call(heartbeat.set({ seen_at: now }));
  }

  /** When the resync last saw the cluster. Its answer also proves that the database answers. */
  async function readHeartbeat(milliseconds: number): Promise<Date | null> {
    const snapshot = await call(heartbeat.get(), milliseconds);
    const seenAt: unknown = snapshot.get("seen_at");
    return seenAt instanceof Timestamp ? seenAt.toDate() : null;
  }

  return {
    readTenant,
    showTenant,
    createTenant,
    writeTenant,
    readSlots,
    claimSlot,
    queue,
    freeOrphanedSlot,
    runCommand,
    changeFields,
    endDeletion,
    listTenants: (wanted: ListRequest) => listTenants(tenants, wanted),
    dueTenants,
    tenants: everyTenant,
    reservations,
    readReservation,
    giveReservation,
    deleteReservation,
    readDeletion,
    deletionsEnded,
    deletionsOpen,
    recordHeartbeat,
    readHeartbeat,
    close: () => firestore.terminate(),
  };
}

function newDeletion(requested_at: Date): Deletion {
  return { requested_at, completed_at: null, reason: null, expires_at: null };
}
