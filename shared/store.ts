/**
 * The store: every read and write of Firestore. A write that must not overwrite somebody else's
 * insists on the version it was decided on; every effect is one atomic batch.
 *
 * | collection                 | holds                                                     |
 * | -------------------------- | --------------------------------------------------------- |
 * | `tenants/{id}`             | a tenant: what is wanted and what was last seen           |
 * | `subdomains/{subdomain}`   | which tenant holds the name                               |
 * | `requests/{id}`            | how a request was answered that may come again            |
 * | `deletions/{id}`           | the trail of a deletion; creating it wakes cleanup        |
 * | `slots/{k}`                | which tenant's site Job may run in the k-th slot          |
 * | `system/heartbeat`         | when the sweep last saw the cluster                       |
 *
 * @module
 */
import { Firestore } from "@google-cloud/firestore";
import type { Timestamp } from "@google-cloud/firestore";
import { within } from "./deadline.ts";
import { EdgeError } from "./errors.ts";
import {
  call,
  CALL_MILLISECONDS,
  commit,
  everyDocument,
  GRPC,
  grpcCode,
  LOST_UPDATE,
  toDates,
  toEdgeError,
} from "./firestore-calls.ts";
import { connectionOptions } from "./google-clients.ts";
import type { IdempotentRequest, Repeated } from "./idempotency.ts";
import type { Claim, Stored } from "./reconcile.ts";
import { openRequestRecords } from "./request-records.ts";
import { addSeconds, DELETION_TRAIL_DAYS, isTenantId } from "./tenant.ts";
import type { Deletion, Tenant, TenantChanges } from "./tenant.ts";
import { listTenants, toStored, toTenant } from "./tenant-documents.ts";
import type { ListRequest } from "./tenant-documents.ts";
import { correct, wish } from "./wish.ts";
import type { Corrections, Occasion, Wish } from "./wish.ts";

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

/** What came of a wish, and the tenant as it is then. `unchanged`: it was wished already. */
export type WishResult = { outcome: "changed" | "unchanged"; tenant: Tenant } | Refused | Repeated;

/** What came of a correction; when it is `changed`, the tenant is as the caller wants it. */
export type CorrectionResult = { outcome: "changed"; tenant: Tenant } | Refused;

/** How often a lost race is run again before the caller is told to try later. */
const MAX_TRIES = 5;

/** A creation that meets something which is gone when it looks is tried again, but not for ever. */
const MAX_CREATE_COMMITS = 3;

/** The client asks for gRPC's credentials where there is no TLS, though it has no use for them. */
const WITHOUT_GRPC = { credentials: { createInsecure: () => ({}) } };

/** Opens the store. Connects at the first call. Every method may throw an `EdgeError`. */
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

  async function readTenant(id: string): Promise<Stored<Tenant> | null> {
    return toStored(await call(tenants.doc(id).get()));
  }

  /**
   * Stores a new tenant and reserves its subdomain, both or neither, and with them the request's record.
   * Nothing is read before the first commit, for most find nothing in their way; what one has met is read
   * after it. The client library may repeat a commit by itself, so that can be its own earlier success:
   * the reservation tells, or the record, whose answer is the same.
   */
  async function createTenant(tenant: Tenant, request: IdempotentRequest | null): Promise<Created> {
    const reservation = subdomains.doc(tenant.subdomain);
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
      const holder = met.found.get("tenant_id") as string | undefined;
      if (holder === tenant.id) return { outcome: "created" };
      if (holder !== undefined) return { outcome: "subdomain-taken" };
      expired = met.expired;
    }
    throw new EdgeError("store", "unavailable", "what is in the tenant's way keeps changing");
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
    if (freedSlot !== null) batch.delete(slots.doc(String(freedSlot)));
    const written = await commit(() => batch.commit(), ...LOST_UPDATE);
    return written === null ? null : { version: written[0]?.writeTime };
  }

  /** A batch that goes through only if the tenant's record is still as it was read. */
  function updateBatch(id: string, version: unknown, changes: TenantChanges) {
    return firestore
      .batch()
      .update(tenants.doc(id), { ...changes }, { lastUpdateTime: version as Timestamp });
  }

  /** Which slots are taken, and by whom. */
  async function readSlots(): Promise<TakenSlot[]> {
    return (await call(slots.get())).docs.map((document) => ({
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
      throw toEdgeError(error);
    }
  }

  /** The ids of those that wait for a slot, whose turn is next first. */
  async function queue(limit: number): Promise<string[]> {
    const query = tenants.where("queue_place", ">", "").orderBy("queue_place").limit(limit);
    return (await call(query.select().get())).docs.map((document) => document.id);
  }

  /** Frees a slot whose tenant is gone or does not know of it. True when it was such a one. */
  async function freeOrphanedSlot({ slot, tenantId }: TakenSlot): Promise<boolean> {
    const document = slots.doc(String(slot));
    const taken = await call(document.get());
    const holder = isTenantId(tenantId) ? await readTenant(tenantId) : null;
    if (taken.get("tenant_id") !== tenantId || holder?.record.operation?.slot === slot)
      return false;
    const lastUpdateTime = taken.updateTime as Timestamp;
    return (await commit(() => document.delete({ lastUpdateTime }), ...LOST_UPDATE)) !== null;
  }

  /**
   * Records a caller's wish, and in the same batch the request's record and, for a deletion, what wakes
   * cleanup. Null when there is no such tenant. A request that was answered before is answered so again,
   * also when its tenant is gone since; one that is refused leaves no record.
   *
   * The client library may repeat a commit by itself, so a lost race can be its own earlier success:
   * then the tenant holds our wish id, or the record our answer.
   */
  async function changeWish(
    id: string,
    wished: Wish,
    occasion: Occasion,
    request: IdempotentRequest | null,
  ): Promise<WishResult | null> {
    for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
      const { found, repeated, expired } = await requests.readWith(tenants.doc(id), request);
      if (repeated !== null) return repeated;
      const stored = toStored(found);
      if (stored === null) return null;
      const { record, version } = stored;
      if (record.wish_id === occasion.wishId) return { outcome: "changed", tenant: record };
      const result = wish(record, wished, occasion);
      if (result.outcome === "refused") return result;

      const { outcome } = result;
      const changes = result.outcome === "changed" ? result.changes : null;
      if (changes === null && request === null) return { outcome, tenant: record };
      const tenant = { ...record, ...changes };
      const batch = changes === null ? firestore.batch() : updateBatch(id, version, changes);
      if (changes !== null && wished === "delete") {
        batch.create(deletions.doc(id), newTrail(occasion.now));
      }
      requests.add(batch, request, tenant, expired);
      const written = await commit(() => batch.commit(), ...LOST_UPDATE, GRPC.ALREADY_EXISTS);
      if (written !== null) return { outcome, tenant };
    }
    throw new EdgeError("store", "unavailable", `tenant ${id} keeps changing`);
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
        return { outcome: "changed", tenant: { ...record, ...result.changes } };
      }
    }
    throw new EdgeError("store", "unavailable", `tenant ${id} keeps changing`);
  }

  /** Ends a deletion: record and reservation go, the trail is closed, all or nothing. */
  async function endDeletion(tenant: Tenant, version: unknown, now: Date): Promise<boolean> {
    const trail: Partial<Deletion> = {
      completed_at: now,
      reason: tenant.reason,
      expires_at: addSeconds(now, DELETION_TRAIL_DAYS * 24 * 3600),
    };
    const batch = firestore
      .batch()
      .delete(tenants.doc(tenant.id), { lastUpdateTime: version as Timestamp })
      .delete(subdomains.doc(tenant.subdomain))
      .set(deletions.doc(tenant.id), trail, { merge: true });
    return (await commit(() => batch.commit(), ...LOST_UPDATE)) !== null;
  }

  /** The ids of the tenants that the sweep shall look at, those that have waited longest first. */
  async function dueTenants(now: Date, limit: number): Promise<string[]> {
    const query = tenants.where("wake_at", "<=", now).orderBy("wake_at").limit(limit).select();
    return (await call(query.get())).docs.map((document) => document.id);
  }

  /** Every tenant, read some at a time. What changes meanwhile may be missing or outdated. */
  async function* everyTenant(): AsyncGenerator<Tenant> {
    for await (const document of everyDocument(tenants)) {
      yield toTenant(document.data());
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

  /** Sets a name free, if its reservation is still as it was read. */
  async function deleteReservation({ subdomain, version }: Reservation): Promise<void> {
    const lastUpdateTime = version as Timestamp;
    await commit(() => subdomains.doc(subdomain).delete({ lastUpdateTime }), ...LOST_UPDATE);
  }

  async function readDeletion(tenantId: string): Promise<Deletion | null> {
    const found = (await call(deletions.doc(tenantId).get())).data();
    return found === undefined ? null : (toDates(found) as Deletion);
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
      .filter((document) => (document.get("requested_at") as Timestamp).toDate() < before)
      .map((document) => document.id);
  }

  /** Notes that the sweep has just seen the cluster. */
  async function beat(now: Date): Promise<void> {
    await call(heartbeat.set({ seen_at: now }));
  }

  /** When the sweep last saw the cluster. Its answer also proves that the database answers. */
  async function lastBeat(milliseconds: number): Promise<Date | null> {
    const snapshot = await call(heartbeat.get(), milliseconds);
    const seenAt = snapshot.get("seen_at") as Timestamp | undefined;
    return seenAt?.toDate() ?? null;
  }

  return {
    readTenant,
    createTenant,
    writeTenant,
    readSlots,
    claimSlot,
    queue,
    freeOrphanedSlot,
    changeWish,
    changeFields,
    endDeletion,
    listTenants: (wanted: ListRequest) => listTenants(tenants, wanted),
    dueTenants,
    tenants: everyTenant,
    reservations,
    readReservation,
    deleteReservation,
    readDeletion,
    deletionsEnded,
    deletionsOpen,
    beat,
    lastBeat,
    close: () => firestore.terminate(),
  };
}

function newTrail(requested_at: Date): Deletion {
  return { requested_at, completed_at: null, reason: null, expires_at: null };
}
