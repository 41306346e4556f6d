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
import { addSeconds } from "../tenant/tenant.ts";
import type { Phase, Tenant } from "../tenant/tenant.ts";
import type { Blocker } from "./blocker.ts";
import { blockedChanges, decide } from "./decide.ts";
import { REQUEUE_SECONDS } from "./decision.ts";
import type { Action, Decision, Job } from "./decision.ts";
import type { SeenJob } from "./history-writes.ts";
import { ask } from "./ports.ts";
import type { ActionResult, Reconciling, ReconcileSettings, Stored } from "./ports.ts";
import { changesOf, unchanged, write } from "./status-writes.ts";
import { takeSlot } from "./take-slot.ts";

/** More rounds than any path through `decide` takes. */
const MAX_ROUNDS = 20;

/** A record that changes faster than it can be written is left to the resync. */
const MAX_LOST_RACES = 5;

/**
 * Reconciles one tenant, and gives its phase at the end; null when it is not, or no longer, there.
 * Whatever it leaves undone, `next_reconcile_at` is set, and the resync comes back to it. `decideNext` is the
 * specification, unless a test plants a mistake.
 */
export function* reconcile(
  tenantId: string,
  settings: ReconcileSettings,
  decideNext: typeof decide = decide,
): Reconciling<Phase | null> {
  let phase: Phase | null = null;
  let lostRaces = 0;
  for (let round = 0; round < MAX_ROUNDS && lostRaces < MAX_LOST_RACES; round++) {
    const read = yield* ask("readTenant", { tenantId });
    phase = read?.record.status.phase ?? null;
    if (read === null) return null;

    const stored = yield* secureRequeue(read);
    if (stored === null) {
      lostRaces += 1;
      continue;
    }
    const job = yield* ask("readJob", { tenantId });
    const now = yield* ask("now", {});
    const decision = decideNext({ tenant: stored.record, job }, now, settings);
    yield* ask("decided", { tenant: stored.record, decision, now });

    const seen = (yield* readEnded(tenantId, job, decision)) ?? seenAtWork(job, decision);
    const done = yield* carryOut(decision, stored, seen, now, settings);
    phase = done.phase;
    if (done.result === "lost") lostRaces += 1;
    else if (!decision.requeue || done.result === "waiting") return phase;
  }
  return phase;
}

/** What is left of a Job that has ended, before it is deleted: where the decision writes its outcome. */
function* readEnded(
  tenantId: string,
  job: Job | null,
  { changes }: Decision,
): Reconciling<SeenJob | null> {
  if (job === null || job.outcome === null || changes === null) return null;
  const { uid, generation, attempt } = job;
  const report = yield* ask("readReport", { tenantId, uid });
  return report && { generation, attempt, report };
}

/** What there is of a Job that works, where somebody has looked. */
function seenAtWork(job: Job | null, { reason }: Decision): SeenJob | null {
  if (reason !== "JobIsWorking" || !job?.report) return null;
  const { generation, attempt, report } = job;
  return { generation, attempt, report };
}

/**
 * A requeue that is due is put off before the cluster is touched, so that whatever fails from here on,
 * the resync comes back, and comes to others first. Null when the record changed since it was read.
 */
function* secureRequeue(stored: Stored<Tenant>): Reconciling<Stored<Tenant> | null> {
  const now = yield* ask("now", {});
  const { next_reconcile_at } = stored.record.status;
  if (next_reconcile_at === null || next_reconcile_at > now) return stored;
  return yield* write(stored, {
    status: { next_reconcile_at: addSeconds(now, REQUEUE_SECONDS) },
  });
}

interface Done {
  phase: Phase;
  /**
   * `lost`: it met a change by somebody else, so everything must be read again. `waiting`: there is
   * no slot for it, or no room in the cluster.
   */
  result: "done" | "lost" | "waiting";
}

function* carryOut(
  decision: Decision,
  stored: Stored<Tenant>,
  seen: SeenJob | null,
  now: Date,
  settings: ReconcileSettings,
): Reconciling<Done> {
  const changes = changesOf(stored.record, decision, now) ?? (seen && unchanged(stored.record));
  const written = changes === null ? stored : yield* write(stored, changes, seen);
  if (written === null) return { phase: stored.record.status.phase, result: "lost" };
  let current: Stored<Tenant> = written;
  for (const action of decision.actions) {
    const result: ActionResult = yield* runAction(action, current, now, settings);
    if (result === "lost" || result === "waiting") {
      return { phase: current.record.status.phase, result };
    }
    current = result;
  }
  return { phase: current.record.status.phase, result: "done" };
}

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
      const { secret, of = tenantId } = action;
      const made = yield* ask("createSecret", { tenantId: of, secret });
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
      if (record.status.operation === null) yield* ask("triggerNextInQueue", {});
      return stored;
  }
}

/** What cannot be made at present is tried again at the next requeue, and the record says why. */
function* tellOf(blocker: Blocker, stored: Stored<Tenant>, now: Date): Reconciling<ActionResult> {
  const status = blockedChanges(stored.record, blocker);
  if (status === null) return "waiting";
  const written = yield* write(stored, { status, updated_at: now });
  return written === null ? "lost" : "waiting";
}
