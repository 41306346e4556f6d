/**
 * The I/O that reconciling needs, as types: each request is plain data, and the runtime says who answers it. Pure.
 *
 * @module
 */
import type { SiteSecret } from "../tenant/names.ts";
import type { Operation, Tenant, TenantChanges } from "../tenant/tenant.ts";
import type { Blocker } from "./blocker.ts";
import type { DecideSettings, Decision, Job, JobReport } from "./decision.ts";
import type { SeenJob } from "./history-writes.ts";

declare const OPAQUE: unique symbol;

/** The version at which a record was read or written. Only the store makes one and knows what it holds. */
export interface Version {
  readonly [OPAQUE]: true;
}

/** A record with the version at which it was read, which a later write can insist on. */
export interface Stored<T> {
  record: T;
  version: Version;
}

/** What came of claiming a slot: only `claimed` changed anything. */
export type Claim =
  | { result: "claimed"; stored: Stored<Tenant> }
  /** Somebody else has the slot. */
  | { result: "taken" }
  /** The tenant's record changed since it was read. */
  | { result: "lost" };

/**
 * What came of making an object in the cluster. `taken`: its name is, and the next look at it says by whom.
 * Or it may not be made at present, and this is why.
 */
export type Made = "made" | "taken" | Blocker;

/** Every kind of I/O that reconciling needs: what is asked, and what comes back. */
export interface Io {
  now: { request: object; result: Date };
  readTenant: { request: { tenantId: string }; result: Stored<Tenant> | null };
  /**
   * Gives the record as it is then, or null when it changed since it was read. In the same write: the event and the
   * history that follow from the changes (`tenant-write.ts`), and the freeing of the slot, if there is one to free.
   */
  writeTenant: {
    request: {
      stored: Stored<Tenant>;
      changes: TenantChanges;
      freedSlot: number | null;
      /** What is left of the Job whose outcome is written, or what there is of the one that works. */
      seen: SeenJob | null;
    };
    result: Stored<Tenant> | null;
  };
  /** The slots that are taken. */
  readSlots: { request: object; result: number[] };
  /** Takes the slot and writes the changes to the tenant, both or neither. */
  claimSlot: {
    request: { stored: Stored<Tenant>; slot: number; changes: TenantChanges };
    result: Claim;
  };
  /** Tells the first of those that wait for a slot that one is free. A trigger: it may be lost. */
  triggerNextInQueue: { request: object; result: void };
  /** What is left of a Job that has ended; null where that cannot be had. Never fails. */
  readReport: { request: { tenantId: string; uid: string }; result: JobReport | null };
  readJob: { request: { tenantId: string }; result: Job | null };
  createJob: { request: { tenant: Tenant; operation: Operation }; result: Made };
  /** Deletes that very Job and its Pods, and waits some seconds for the name to be free. */
  deleteJob: { request: { tenantId: string; uid: string }; result: void };
  /** One that is there already is as good. */
  createSecret: { request: { tenantId: string; secret: SiteSecret }; result: Made };
  /** All Secrets of the tenant. */
  deleteSecret: { request: { tenantId: string }; result: void };
  /** Deletes record and reservation and closes the deletion record, all or nothing. */
  endDeletion: { request: { tenant: Tenant; version: Version }; result: boolean };
  /** Not a request but a report, for the log: what was decided, before any of it is done. */
  decided: { request: { tenant: Tenant; decision: Decision; now: Date }; result: void };
}

export type IoRequest = { [K in keyof Io]: { io: K } & Io[K]["request"] }[keyof Io];
export type IoHandlers = {
  [K in keyof Io]: (request: Io[K]["request"]) => Promise<Io[K]["result"]>;
};
export type Reconciling<T> = Generator<IoRequest, T, unknown>;

/** The record as it is after an action, or why that could not be done. */
export type ActionResult = Stored<Tenant> | "lost" | "waiting";

export interface ReconcileSettings extends DecideSettings {
  /** How many site Jobs may work at once, over all tenants. */
  maxConcurrentJobs: number;
}

/** Yields one request and gives its result the type that `Io` promises for it. */
export function* ask<K extends keyof Io>(
  io: K,
  request: Io[K]["request"],
): Reconciling<Io[K]["result"]> {
  return (yield { io, ...request } as IoRequest) as Io[K]["result"];
}
