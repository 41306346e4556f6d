/**
 * The store: every read and write of Firestore. A write that must not overwrite somebody else's
 * insists on the version it was decided on; every effect is one atomic batch.
 *
 * | collection                 | holds                                                     |
 * | -------------------------- | --------------------------------------------------------- |
 * | `tenants/{id}`             | a tenant: what is wanted and what was last seen           |
 * | `subdomains/{subdomain}`   | which tenant holds the name                               |
 * | `deletions/{id}`           | the trail of a deletion; creating it wakes cleanup        |
 * | `slots/{k}`                | which tenant's site Job may run in the k-th slot          |
 * | `system/heartbeat`         | when the sweep last saw the cluster                       |
 *
 * @module
 */
import { FieldPath, Firestore, Timestamp } from "@google-cloud/firestore";
import type {
  CollectionReference,
  QueryDocumentSnapshot,
  WriteResult,
} from "@google-cloud/firestore";
import { DeadlineError, within } from "./deadline.ts";
import { EdgeError } from "./errors.ts";
import type { EdgeErrorCode } from "./errors.ts";
import type { Claim, Stored } from "./reconcile.ts";
import { addSeconds, DELETION_TRAIL_DAYS, isTenantId } from "./tenant.ts";
import type { Deletion, Tenant, TenantChanges } from "./tenant.ts";
import { wish } from "./wish.ts";
import type { Occasion, Wish, Wished } from "./wish.ts";

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

/** How many documents are read at a time where all are read. */
const PAGE_SIZE = 300;

/** How often a lost race is run again before the caller is told to try later. */
const MAX_TRIES = 5;

/** A call that has no answer by then is given up. */
const CALL_MILLISECONDS = 10_000;

/** https://grpc.io/docs/guides/status-codes/ */
const GRPC = { NOT_FOUND: 5, ALREADY_EXISTS: 6, FAILED_PRECONDITION: 9 } as const;

/** What an update under a version is answered when the record has changed or is gone. */
const LOST_UPDATE: number[] = [GRPC.FAILED_PRECONDITION, GRPC.NOT_FOUND];

/** Opens the store. Connects at the first call. Every method may throw an `EdgeError`. */
export function openStore({ projectId, emulatorHost }: StoreOptions) {
  const firestore = new Firestore({
    projectId,
    ...(emulatorHost === undefined ? {} : { host: emulatorHost, ssl: false }),
  });
  const tenants = firestore.collection("tenants");
  const subdomains = firestore.collection("subdomains");
  const deletions = firestore.collection("deletions");
  const slots = firestore.collection("slots");
  const heartbeat = firestore.doc("system/heartbeat");

  async function readTenant(id: string): Promise<Stored<Tenant> | null> {
    const snapshot = await call(tenants.doc(id).get());
    const found = snapshot.data();
    return found === undefined
      ? null
      : { record: toDates(found) as Tenant, version: snapshot.updateTime };
  }

  /**
   * Stores a new tenant and reserves its subdomain, both or neither. The client library may repeat
   * a commit by itself, so "already exists" can be its own earlier success: the reservation tells.
   */
  async function createTenant(tenant: Tenant): Promise<"created" | "subdomain-taken"> {
    const reservation = subdomains.doc(tenant.subdomain);
    for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
      const batch = firestore
        .batch()
        .create(tenants.doc(tenant.id), tenant)
        .create(reservation, { tenant_id: tenant.id });
      if ((await commit(() => batch.commit(), GRPC.ALREADY_EXISTS)) !== null) return "created";
      const holder = (await call(reservation.get())).get("tenant_id") as string | undefined;
      if (holder === tenant.id) return "created";
      if (holder !== undefined) return "subdomain-taken";
    }
    throw new EdgeError("store", "unavailable", "the subdomain's reservation keeps changing");
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
   * Records a caller's wish, and for a deletion also what wakes cleanup, in one batch. Gives what it
   * came to and the tenant as it is then; null when there is no such tenant.
   *
   * The client library may repeat a commit by itself, so a lost race can be its own earlier success:
   * then the record holds our wish id.
   */
  async function changeWish(
    id: string,
    wished: Wish,
    occasion: Occasion,
  ): Promise<{ tenant: Tenant; wished: Wished } | null> {
    for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
      const stored = await readTenant(id);
      if (stored === null) return null;
      const { record, version } = stored;
      if (record.wish_id === occasion.wishId) {
        return { tenant: record, wished: { outcome: "changed", changes: {} } };
      }
      const result = wish(record, wished, occasion);
      if (result.outcome !== "changed") return { tenant: record, wished: result };

      const batch = updateBatch(id, version, result.changes);
      if (wished === "delete") batch.create(deletions.doc(id), newTrail(occasion.now));
      const written = await commit(() => batch.commit(), ...LOST_UPDATE, GRPC.ALREADY_EXISTS);
      if (written !== null) return { tenant: { ...record, ...result.changes }, wished: result };
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

  /** The newest tenants first, with how many there are in all. */
  async function listTenants(page: { skip: number; limit: number }): Promise<{
    tenants: Tenant[];
    total: number;
  }> {
    const query = tenants.orderBy("created_at", "desc").offset(page.skip).limit(page.limit);
    const [found, counted] = await Promise.all([call(query.get()), call(tenants.count().get())]);
    return {
      tenants: found.docs.map((document) => toDates(document.data()) as Tenant),
      total: counted.data().count,
    };
  }

  /** The ids of the tenants that the sweep shall look at, those that have waited longest first. */
  async function dueTenants(now: Date, limit: number): Promise<string[]> {
    const query = tenants.where("wake_at", "<=", now).orderBy("wake_at").limit(limit).select();
    return (await call(query.get())).docs.map((document) => document.id);
  }

  /** Every tenant, read some at a time. What changes meanwhile may be missing or outdated. */
  async function* everyTenant(): AsyncGenerator<Tenant> {
    for await (const document of everyDocument(tenants)) {
      yield toDates(document.data()) as Tenant;
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
    endDeletion,
    listTenants,
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

/** All documents of a collection in the order of their ids, a page at a time. */
async function* everyDocument(
  collection: CollectionReference,
): AsyncGenerator<QueryDocumentSnapshot> {
  let query = collection.orderBy(FieldPath.documentId()).limit(PAGE_SIZE);
  for (;;) {
    const { docs } = await call(query.get());
    yield* docs;
    const last = docs.at(-1);
    if (last === undefined || docs.length < PAGE_SIZE) return;
    query = query.startAfter(last.id);
  }
}

function newTrail(requested_at: Date): Deletion {
  return { requested_at, completed_at: null, reason: null, expires_at: null };
}

/** Awaits a write. Null when it failed with one of the codes by which a lost race shows. */
async function commit<T extends WriteResult | WriteResult[]>(
  write: () => Promise<T>,
  ...lost: number[]
): Promise<T | null> {
  try {
    return await within(CALL_MILLISECONDS, write());
  } catch (error) {
    const code = grpcCode(error);
    if (code !== null && lost.includes(code)) return null;
    throw toEdgeError(error);
  }
}

async function call<T>(promise: Promise<T>, milliseconds = CALL_MILLISECONDS): Promise<T> {
  try {
    return await within(milliseconds, promise);
  } catch (error) {
    throw toEdgeError(error);
  }
}

/** The gRPC status of an error of the client library; null when it is none. */
function grpcCode(error: unknown): number | null {
  const { code } = error as { code?: unknown };
  return typeof code === "number" ? code : null;
}

const EDGE_ERROR_OF_GRPC: Record<number, EdgeErrorCode> = {
  3: "invalid",
  5: "invalid",
  6: "invalid",
  7: "denied",
  9: "invalid",
  11: "invalid",
  12: "invalid",
  16: "denied",
};

/** What is neither an answer of Firestore nor a missing one is a mistake in here. */
function toEdgeError(error: unknown): EdgeError {
  const grpc = grpcCode(error);
  const isMissingAnswer = grpc !== null || error instanceof DeadlineError;
  const code = isMissingAnswer ? (EDGE_ERROR_OF_GRPC[grpc ?? -1] ?? "unavailable") : "invalid";
  return new EdgeError("store", code, `Firestore: ${code}`, { cause: error });
}

/** Firestore's timestamps become dates, as deep as they stand. */
function toDates(value: unknown): unknown {
  if (value instanceof Timestamp) return value.toDate();
  if (Array.isArray(value)) return value.map(toDates);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, toDates(field)]));
}
