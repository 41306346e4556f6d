/**
 * Carries one tenant towards what is wanted of it, whoever asks and however often.
 *
 * `reconcile` is a generator: it yields every I/O request as plain data and is resumed with the
 * result, so it can be driven by the real world (`drive`), printed by a dry run, or stopped and
 * resumed between any two steps by a test.
 *
 *     read tenant ──▶ read Job ──▶ decide ──▶ write the record ──▶ perform the actions ─┐
 *         ▲                                        │ lost the race                      │
 *         └────────────────────────────────────────┴── something became decidable ◀─────┘
 *
 * @module
 */
import { decide } from "./decide.ts";
import type { Action, DecideSettings, Decision, Job } from "./decide.ts";
import { addSeconds } from "./tenant.ts";
import type { Operation, Tenant, TenantChanges } from "./tenant.ts";

/** A record with the version at which it was read, which a later write can insist on. */
export interface Stored<T> {
  record: T;
  /** Opaque: only the store understands it. */
  version: unknown;
}

/** Every kind of I/O that reconciling needs: what is asked, and what comes back. */
export interface Io {
  now: { request: object; result: Date };
  readTenant: { request: { tenantId: string }; result: Stored<Tenant> | null };
  /** Gives the version it made, or null when the record changed since it was read. */
  writeTenant: {
    request: { tenantId: string; version: unknown; changes: TenantChanges };
    result: { version: unknown } | null;
  };
  readJob: { request: { tenantId: string }; result: Job | null };
  /** False when the name is taken: the next look at it says by whom. */
  createJob: { request: { tenant: Tenant; operation: Operation }; result: boolean };
  /** Deletes that very Job and its Pods, and waits some seconds for the name to be free. */
  deleteJob: { request: { tenantId: string; uid: string }; result: void };
  createSecret: { request: { tenantId: string }; result: void };
  deleteSecret: { request: { tenantId: string }; result: void };
  /** Deletes record and reservation and closes the trail, all or nothing. */
  endDeletion: { request: { tenant: Tenant; version: unknown }; result: boolean };
}

export type IoRequest = { [K in keyof Io]: { io: K } & Io[K]["request"] }[keyof Io];
export type IoHandlers = {
  [K in keyof Io]: (request: Io[K]["request"]) => Promise<Io[K]["result"]>;
};
type Reconciling<T> = Generator<IoRequest, T, unknown>;

/** How a reconcile ended, with every decision on the way, for the log. */
export interface Reconciled {
  tenantId: string;
  /** What was decided in each round; empty for a tenant that is not there. */
  decisions: { because: string; actions: Action["do"][]; generation: number }[];
  /** Where the tenant stands now; null when it is not, or no longer, there. */
  status: Tenant["status"] | null;
}

/** More rounds than any path through `decide` takes, plus as many lost races. */
const MAX_ROUNDS = 10;

export function* reconcile(tenantId: string, settings: DecideSettings): Reconciling<Reconciled> {
  const reconciled: Reconciled = { tenantId, decisions: [], status: null };
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const stored = yield* ask("readTenant", { tenantId });
    reconciled.status = stored?.record.status ?? null;
    if (stored === null) return reconciled;

    const job = yield* ask("readJob", { tenantId });
    const now = yield* ask("now", {});
    const decision = decide({ tenant: stored.record, job }, now, settings);
    reconciled.decisions.push(summary(stored.record, decision));

    const current = yield* write(stored, decision, now);
    if (current === null) continue;
    reconciled.status = current.record.status;

    let lost = false;
    for (const action of decision.actions) lost = !(yield* perform(action, current)) || lost;
    if (!decision.again && !lost) return reconciled;
  }
  // `wake_at` is still set, so the sweep comes back to it.
  return reconciled;
}

function summary(tenant: Tenant, { because, actions }: Decision): Reconciled["decisions"][number] {
  return { because, actions: actions.map((action) => action.do), generation: tenant.generation };
}

/** Writes what is to be written. Null when the record changed since it was read. */
function* write(
  stored: Stored<Tenant>,
  decision: Decision,
  now: Date,
): Reconciling<Stored<Tenant> | null> {
  const changes = toWrite(stored.record, decision, now);
  if (changes === null) return stored;
  const { version } = stored;
  const written = yield* ask("writeTenant", { tenantId: stored.record.id, version, changes });
  if (written === null) return null;
  return { record: { ...stored.record, ...changes }, version: written.version };
}

/** The decision's changes together with the wake-up it asks for; null if nothing is to be written. */
function toWrite(tenant: Tenant, decision: Decision, now: Date): TenantChanges | null {
  const { changes, recheckAfterSeconds } = decision;
  const wake_at = recheckAfterSeconds === null ? null : addSeconds(now, recheckAfterSeconds);
  if (changes !== null) return { ...changes, wake_at, updated_at: now };
  const isDue = tenant.wake_at === null || tenant.wake_at <= now;
  const wakeUpChanges = wake_at === null ? tenant.wake_at !== null : isDue;
  return wakeUpChanges ? { wake_at } : null;
}

/** Performs one action. False when it lost a race and the world must be looked at again. */
function* perform(action: Action, { record, version }: Stored<Tenant>): Reconciling<boolean> {
  const tenantId = record.id;
  switch (action.do) {
    case "createSecret":
      yield* ask("createSecret", { tenantId });
      return true;
    case "createJob":
      return yield* ask("createJob", { tenant: record, operation: action.operation });
    case "deleteJob":
      yield* ask("deleteJob", { tenantId, uid: action.uid });
      return true;
    case "deleteSecret":
      yield* ask("deleteSecret", { tenantId });
      return true;
    case "endDeletion":
      return yield* ask("endDeletion", { tenant: record, version });
  }
}

/** Yields one request and gives its result the type that `Io` promises for it. */
function* ask<K extends keyof Io>(io: K, request: Io[K]["request"]): Reconciling<Io[K]["result"]> {
  return (yield { io, ...request } as IoRequest) as Io[K]["result"];
}

/** Drives a generator of I/O requests against the handlers; an error is thrown into it. */
export async function drive<T>(steps: Reconciling<T>, handlers: IoHandlers): Promise<T> {
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
