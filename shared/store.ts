/**
 * The store: every read and write of Firestore. A write that must not overwrite somebody else's
 * insists on the version it was decided on; every effect is one atomic batch.
 *
 * | collection                 | holds                                                     |
 * | -------------------------- | --------------------------------------------------------- |
 * | `tenants/{id}`             | a tenant: what is wanted and what was last seen           |
 * | `subdomains/{subdomain}`   | which tenant holds the name                               |
 * | `deletions/{id}`           | the trail of a deletion; creating it wakes cleanup        |
 * | `system/heartbeat`         | when the sweep last saw the cluster                       |
 *
 * @module
 */
import { Firestore, Timestamp } from "@google-cloud/firestore";
import type { WriteResult } from "@google-cloud/firestore";
import { DeadlineError, within } from "./deadline.ts";
import { EdgeError } from "./errors.ts";
import type { EdgeErrorCode } from "./errors.ts";
import type { Stored } from "./reconcile.ts";
import { addSeconds, DELETION_TRAIL_DAYS, wishAbsent } from "./tenant.ts";
import type { Deletion, Tenant, TenantChanges } from "./tenant.ts";

export interface StoreOptions {
  projectId: string;
  /** `host:port` of an emulator; without it, Google Cloud's own Firestore. */
  emulatorHost?: string | undefined;
}

export type Store = ReturnType<typeof openStore>;

/** How often a lost race is run again before the caller is told to try later. */
const MAX_TRIES = 5;

/** A call that has no answer by then is given up. */
const CALL_MILLISECONDS = 10_000;

/** https://grpc.io/docs/guides/status-codes/ */
const GRPC = { NOT_FOUND: 5, ALREADY_EXISTS: 6, FAILED_PRECONDITION: 9 } as const;

/** Opens the store. Connects at the first call. Every method may throw an `EdgeError`. */
export function openStore({ projectId, emulatorHost }: StoreOptions) {
  const firestore = new Firestore({
    projectId,
    ...(emulatorHost === undefined ? {} : { host: emulatorHost, ssl: false }),
  });
  const tenants = firestore.collection("tenants");
  const subdomains = firestore.collection("subdomains");
  const deletions = firestore.collection("deletions");
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

  /** Writes changes to a tenant, if its record is still as it was read. */
  async function writeTenant(
    id: string,
    version: unknown,
    changes: TenantChanges,
  ): Promise<{ version: unknown } | null> {
    const written = await commit(
      () => tenants.doc(id).update({ ...changes }, { lastUpdateTime: version as Timestamp }),
      GRPC.FAILED_PRECONDITION,
      GRPC.NOT_FOUND,
    );
    return written === null ? null : { version: written.writeTime };
  }

  /**
   * Records the wish to delete a tenant and wakes cleanup, in one batch. A tenant that is already
   * to go stays as it is. Null when there is no such tenant.
   */
  async function requestDeletion(id: string, wishId: string, now: Date): Promise<Tenant | null> {
    for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
      const stored = await readTenant(id);
      if (stored === null) return null;
      const { record, version } = stored;
      if (record.desired === "absent") return record;

      const changes = wishAbsent(record, wishId, now);
      const trail: Deletion = {
        requested_at: now,
        completed_at: null,
        reason: null,
        expires_at: null,
      };
      const batch = firestore
        .batch()
        .update(tenants.doc(id), { ...changes }, { lastUpdateTime: version as Timestamp })
        .create(deletions.doc(id), trail);
      const written = await commit(
        () => batch.commit(),
        GRPC.FAILED_PRECONDITION,
        GRPC.ALREADY_EXISTS,
        GRPC.NOT_FOUND,
      );
      if (written !== null) return { ...record, ...changes };
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
    return (await commit(() => batch.commit(), GRPC.FAILED_PRECONDITION, GRPC.NOT_FOUND)) !== null;
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
    requestDeletion,
    endDeletion,
    listTenants,
    dueTenants,
    beat,
    lastBeat,
    close: () => firestore.terminate(),
  };
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
