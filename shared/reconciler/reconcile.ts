/**
 * Carries one tenant towards what is wanted of it, whoever asks and however often.
 *
 * `reconcile` is a generator: it yields every I/O request as plain data and is resumed with the
 * result, so it can be driven by the real adapters (`runSteps`), printed by a dry run, or stopped and
 * resumed between any two steps by a test.
 *
 *     read tenant ──▶ secure the requeue ──▶ read Job ──▶ decide ──▶ write ──▶ perform the actions ─┐
 *         ▲                                                │ lost the race                        │
 *         └────────────────────────────────────────────────┴── something became decidable ◀───────┘
 *
 * @module
 */
import {
  decide,
  blockedChanges,
  REQUEUE_SECONDS,
  takingChanges,
  waitingChanges,
} from "./decide.ts";
import type { Action, DecideSettings, Decision, Job } from "./decide.ts";
import type { Blocker } from "./blocker.ts";
import type { Version } from "./version.ts";
import { addSeconds } from "../tenant/tenant.ts";
import type { Operation, Tenant, TenantChanges } from "../tenant/tenant.ts";

/** A record with the version at which it was read, which a later write can insist on. */
export interface Stored<T> {
  record: T;
  version: Version;
}

/** What came of claiming a slot: only `claimed` changed anything. */
export type Claim =
  | { result: "claimed"; version: Version }
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
   * Gives the version it made, or null when the record changed since it was read. Frees the slot in
   * the same write, if there is one to free.
   */
  writeTenant: {
    request: {
      tenantId: string;
      version: Version;
      changes: TenantChanges;
      freedSlot: number | null;
    };
    result: { version: Version } | null;
  };
  /** The slots that are taken. */
  readSlots: { request: object; result: number[] };
  /** Takes the slot and writes the changes to the tenant, both or neither. */
  claimSlot: {
    request: { tenantId: string; version: Version; slot: number; changes: TenantChanges };
    result: Claim;
  };
  /** Tells the first of those that wait for a slot that one is free. A trigger: it may be lost. */
  triggerNextInQueue: { request: object; result: void };
  readJob: { request: { tenantId: string }; result: Job | null };
  createJob: { request: { tenant: Tenant; operation: Operation }; result: Made };
  /** Deletes that very Job and its Pods, and waits some seconds for the name to be free. */
  deleteJob: { request: { tenantId: string; uid: string }; result: void };
  /** One that is there already is as good. */
  createSecret: { request: { tenantId: string }; result: Made };
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

export interface ReconcileSettings extends DecideSettings {
  /** How many site Jobs may work at once, over all tenants. */
  maxConcurrentJobs: number;
}

/** More rounds than any path through `decide` takes. */
const MAX_ROUNDS = 20;

/** A record that changes faster than it can be written is left to the resync. */
const MAX_LOST_RACES = 5;

/**
 * Reconciles one tenant, and gives its status at the end; null when it is not, or no longer, there.
 * Whatever it leaves undone, `next_reconcile_at` is set, and the resync comes back to it.
 */
export function* reconcile(
  tenantId: string,
  settings: ReconcileSettings,
): Reconciling<Tenant["status"] | null> {
  let status: Tenant["status"] | null = null;
  let lostRaces = 0;
  for (let round = 0; round < MAX_ROUNDS && lostRaces < MAX_LOST_RACES; round++) {
    const read = yield* ask("readTenant", { tenantId });
    status = read?.record.status ?? null;
    if (read === null) return null;

    const stored = yield* secureRequeue(read);
    if (stored === null) {
      lostRaces += 1;
      continue;
    }
    const job = yield* ask("readJob", { tenantId });
    const now = yield* ask("now", {});
    const decision = decide({ tenant: stored.record, job }, now, settings);
    yield* ask("decided", { tenant: stored.record, decision, now });

    const done = yield* carryOut(decision, stored, now, settings);
    status = done.status;
    if (done.result === "lost") lostRaces += 1;
    else if (!decision.requeue || done.result === "waiting") return status;
  }
  return status;
}

/**
 * A requeue that is due is put off before the cluster is touched, so that whatever fails from here on,
 * the resync comes back, and comes to others first. Null when the record changed since it was read.
 */
function* secureRequeue(stored: Stored<Tenant>): Reconciling<Stored<Tenant> | null> {
  const now = yield* ask("now", {});
  const { next_reconcile_at } = stored.record;
  if (next_reconcile_at === null || next_reconcile_at > now) return stored;
  return yield* write(stored, { next_reconcile_at: addSeconds(now, REQUEUE_SECONDS) });
}

interface Done {
  status: Tenant["status"];
  /**
   * `lost`: it met a change by somebody else, so the dependencies must be looked at again. `waiting`: there is
   * no slot for it, or no room in the cluster.
   */
  result: "done" | "lost" | "waiting";
}

function* carryOut(
  decision: Decision,
  stored: Stored<Tenant>,
  now: Date,
  settings: ReconcileSettings,
): Reconciling<Done> {
  const changes = toWrite(stored.record, decision, now);
  const written = changes === null ? stored : yield* write(stored, changes);
  if (written === null) return { status: stored.record.status, result: "lost" };
  let current: Stored<Tenant> = written;
  for (const action of decision.actions) {
    const result: ActionResult = yield* runAction(action, current, now, settings);
    if (result === "lost" || result === "waiting") {
      return { status: current.record.status, result };
    }
    current = result;
  }
  return { status: current.record.status, result: "done" };
}

/** The decision's changes together with the requeue it asks for; null if nothing is to be written. */
function toWrite(tenant: Tenant, decision: Decision, now: Date): TenantChanges | null {
  const { changes, actions, requeueAfterSeconds } = decision;
  const next_reconcile_at =
    requeueAfterSeconds === null ? null : addSeconds(now, requeueAfterSeconds);
  if (changes !== null) return { ...changes, next_reconcile_at, updated_at: now };
  // The slot, or the place in the queue, comes with a requeue of its own.
  if (actions[0]?.do === "takeSlot" && tenant.next_reconcile_at !== null) return null;
  // Before a Job is made, this proves the record to be as it was read: nobody has gone on meanwhile.
  const makesJob = actions.some((action) => action.do === "createJob");
  return !makesJob && isAsGood(tenant.next_reconcile_at, next_reconcile_at, now)
    ? null
    : { next_reconcile_at };
}

/** Whether a requeue need not be written anew: it is no later than wanted, and not much earlier. */
function isAsGood(present: Date | null, wanted: Date | null, now: Date): boolean {
  if (present === null || wanted === null) return present === wanted;
  const halfWay = (now.getTime() + wanted.getTime()) / 2;
  return present <= wanted && present.getTime() > halfWay;
}

/** Null when the record changed since it was read. */
function* write(
  { record, version }: Stored<Tenant>,
  changes: TenantChanges,
): Reconciling<Stored<Tenant> | null> {
  const freedSlot = slotFreedBy(changes, record);
  const request = { tenantId: record.id, version, changes, freedSlot };
  const written = yield* ask("writeTenant", request);
  if (written === null) return null;
  // Only now: a trigger before the slot is free would find it taken.
  if (freedSlot !== null) yield* ask("triggerNextInQueue", {});
  return { record: { ...record, ...changes }, version: written.version };
}

/** An attempt's slot is freed in the very write that records its outcome. */
function slotFreedBy({ operation }: TenantChanges, record: Tenant): number | null {
  const held = record.operation?.slot ?? null;
  return operation !== undefined && operation?.slot !== held ? held : null;
}

/** The record as it is after an action, or why that could not be done. */
type ActionResult = Stored<Tenant> | "lost" | "waiting";

/** Performs one action. */
function* runAction(
  action: Action,
  stored: Stored<Tenant>,
  now: Date,
  settings: ReconcileSettings,
): Reconciling<ActionResult> {
  const { record, version } = stored;
  const tenantId = record.id;
  switch (action.do) {
    case "takeSlot":
      return yield* takeSlot(action, stored, now, settings);
    case "createSecret": {
      const made = yield* ask("createSecret", { tenantId });
      return typeof made === "string" ? stored : yield* tellOf(made, stored, now);
    }
    case "createJob": {
      const made = yield* ask("createJob", { tenant: record, operation: action.operation });
      if (made === "made") return stored;
      return made === "taken" ? "lost" : yield* tellOf(made, stored, now);
    }
    case "deleteJob":
      yield* ask("deleteJob", { tenantId, uid: action.uid });
      return stored;
    case "deleteSecret":
      yield* ask("deleteSecret", { tenantId });
      return stored;
    case "endDeletion":
      if (!(yield* ask("endDeletion", { tenant: record, version }))) return "lost";
      // It may have been told of a free slot, and never took it.
      if (record.operation === null) yield* ask("triggerNextInQueue", {});
      return stored;
  }
}

/** What cannot be made at present is tried again at the next requeue, and told of meanwhile. */
function* tellOf(
  { reason, message }: Blocker,
  stored: Stored<Tenant>,
  now: Date,
): Reconciling<ActionResult> {
  const changes = blockedChanges(stored.record, reason, message);
  if (changes === null) return "waiting";
  const written = yield* write(stored, { ...changes, updated_at: now });
  return written === null ? "lost" : "waiting";
}

type TakeSlot = Extract<Action, { do: "takeSlot" }>;

/**
 * Takes a slot, or a place in the queue. Who has taken a place looks once more, since a slot that was
 * freed in between was offered to nobody.
 */
function* takeSlot(
  { operation, changes }: TakeSlot,
  stored: Stored<Tenant>,
  now: Date,
  { maxConcurrentJobs }: ReconcileSettings,
): Reconciling<ActionResult> {
  let current = stored;
  for (;;) {
    const taken = yield* ask("readSlots", {});
    for (const slot of freeSlots(taken, maxConcurrentJobs, stored.record.id)) {
      const { id: tenantId } = current.record;
      const claiming = takingChanges(operation, slot, changes, now);
      const request = { tenantId, version: current.version, slot, changes: claiming };
      const claim = yield* ask("claimSlot", request);
      if (claim.result === "lost") return "lost";
      if (claim.result === "claimed") {
        // Of several slots that become free at once, each may have been offered to the same one.
        if (current.record.queue_key !== null) yield* ask("triggerNextInQueue", {});
        return { record: { ...current.record, ...claiming }, version: claim.version };
      }
    }
    const wasInQueue = current.record.queue_key !== null;
    const waiting = waitingChanges(current.record, operation, now);
    if (waiting === null) return "waiting";
    const written = yield* write(current, waiting);
    if (written === null) return "lost";
    if (wasInQueue) return "waiting";
    current = written;
  }
}

/** The free slots, each tenant's from another one on, so that many at once do not meet at the first. */
function freeSlots(taken: number[], maxConcurrentJobs: number, tenantId: string): number[] {
  // More may be taken than there are, after the limit was lowered.
  if (taken.length >= maxConcurrentJobs) return [];
  const first = Number.parseInt(tenantId.slice(0, 8), 16);
  return Array.from(
    { length: maxConcurrentJobs },
    (_, k) => (first + k) % maxConcurrentJobs,
  ).filter((slot) => !taken.includes(slot));
}

/** Yields one request and gives its result the type that `Io` promises for it. */
function* ask<K extends keyof Io>(io: K, request: Io[K]["request"]): Reconciling<Io[K]["result"]> {
  return (yield { io, ...request } as IoRequest) as Io[K]["result"];
}

/** Drives a generator of I/O requests against the handlers; an error is thrown into it. */
export async function runSteps<T>(steps: Reconciling<T>, handlers: IoHandlers): Promise<T> {
  let step = steps.next();
  while (!step.done) {
    const answer = await settle(handlers, step.value);
    step = "error" in answer ? steps.throw(answer.error) : steps.next(answer.result);
  }
  return step.value;
}

async function settle(
  handlers: IoHandlers,
  request: IoRequest,
): Promise<{ result: unknown } | { error: unknown }> {
  try {
    const handler = handlers[request.io] as (request: IoRequest) => Promise<unknown>;
    return { result: await handler(request) };
  } catch (error) {
    return { error };
  }
}
