/**
 * Explores every state that can be reached, breadth-first, checks the rules in each, and from each lets
 * everything come to rest: quiet, Jobs that succeed, and resyncs.
 *
 * @module
 */
import { keyOf, keyOfRest } from "./state-key.ts";
import { checkRest, checkState, checkStep } from "./exploration-rules.ts";
import { Violation } from "./violation.ts";
import { askForBackup, create, goOn, start, stepsFrom, resync } from "./explored-steps.ts";
import type { Node, Rig, Scenario } from "./explored-steps.ts";
import { leavingNothing } from "./model-databases.ts";
import { emptyState, succeed, withoutTrigger, withPod, work } from "./model.ts";
import type { State } from "./model.ts";

export interface Explored {
  states: number;
  steps: number;
  /** The longest way of which every way as long was explored. */
  depth: number;
  /** Whether there was nothing left to explore. */
  isComplete: boolean;
  /** The first rule that was found broken, with the way to it. */
  violation: { sentence: string; way: string[] } | null;
}

/** How a state was reached, for the report. The states themselves are forgotten once explored. */
interface Way {
  label: string;
  from: Way | null;
}

/** Explores until it has seen so many states, or all. Ends at the first rule that is broken. */
export function explore(rig: Rig, maxStates: number): Explored {
  const state = rig.scenario.isMade ? made(rig) : emptyState();
  const root: Node = { state, budget: rig.scenario.budget };
  const seen = new Set([keyOf(root)]);
  const rested = new Set<string>();
  let frontier: [Node, Way | null][] = [[root, null]];
  const explored = { states: 1, steps: 0, depth: 0, isComplete: false };
  while (frontier.length > 0) {
    const next: [Node, Way][] = [];
    for (const [from, way] of frontier) {
      for (const { label, node } of stepsFrom(from, rig)) {
        explored.steps += 1;
        const onward = { label, from: way };
        try {
          checkStep(from.state, node.state);
          const key = keyOf(node);
          if (seen.has(key)) continue;
          seen.add(key);
          explored.states += 1;
          checkState(node.state, rig.scenario);
          comeToRest(node.state, rig, rested);
        } catch (error) {
          if (!(error instanceof Violation)) throw error;
          return { ...explored, violation: { sentence: error.message, way: labelsOf(onward) } };
        }
        next.push([node, onward]);
        if (explored.states >= maxStates) return { ...explored, violation: null };
      }
    }
    explored.depth += 1;
    frontier = next;
  }
  return { ...explored, isComplete: true, violation: null };
}

/** What was explored, as a line for the reader. */
export function report({ name }: Scenario, { states, steps, depth, isComplete }: Explored): string {
  const extent = isComplete ? "to the end" : "in part";
  return `${name}: ${states} states, ${steps} steps, ${depth} deep, ${extent}`;
}

function labelsOf(way: Way): string[] {
  const labels: string[] = [];
  for (let at: Way | null = way; at !== null; at = at.from) labels.unshift(at.label);
  return labels;
}

/** Far more than any tenant needs to come to rest. */
const MAX_RESYNCS = 100;

/**
 * Nothing goes wrong any more: reconciles and triggers that were under way are lost, Jobs succeed, and there
 * are resyncs. Checks what is then. `rested` remembers from where it was seen to end well.
 */
export function comeToRest(from: State, rig: Rig, rested: Set<string>): void {
  // One that is at work may also crash, and the state after that is explored by itself.
  if (from.running.length > 0) return;
  let state: State = { ...from, triggers: {} };
  const way: string[] = [];
  for (let resyncs = 0; resyncs < MAX_RESYNCS; resyncs++) {
    const key = keyOfRest(state);
    if (rested.has(key)) break;
    way.push(key);
    const resynced = resync(finishPods(state, rig), rig);
    if (resynced === null) {
      const later = nextReconcileAt(state);
      if (later === null) {
        checkRest(collectGarbage(finishPods(state, rig)));
        break;
      }
      state = { ...finishPods(state, rig), now: later };
      continue;
    }
    state = reconcileAll(resynced, rig);
    if (resyncs === MAX_RESYNCS - 1) throw new Violation("everything comes to rest");
  }
  for (const key of way) rested.add(key);
}

/** Where the scenario's tenants are there, and at rest. */
function made(rig: Rig): State {
  let state = emptyState();
  for (const tenant of rig.scenario.tenants) state = create(state, tenant, rig) ?? state;
  state = carriedOut(state, rig);
  if (!rig.scenario.isTesting) return state;
  for (const { id } of rig.scenario.tenants) {
    const record = state.tenants[id]?.record;
    if (record) state = askForBackup(state, record, "manual", rig) ?? state;
  }
  return carriedOut(state, rig);
}

/** Where all that was asked for is done. */
function carriedOut(from: State, rig: Rig): State {
  let state = from;
  for (let next: State | null = state; next !== null; next = resync(finishPods(state, rig), rig)) {
    state = reconcileAll(next, rig);
  }
  return { ...state, triggers: {} };
}

function finishPods(state: State, { guarantees }: Rig): State {
  let next = state;
  for (const job of [...Object.values(state.jobs), ...state.orphans]) {
    if (job === null) continue;
    if (job.outcome === null && !job.hasWorked) next = work(next, job, guarantees);
    const now = [next.jobs[job.tenantId], ...next.orphans].find((pod) => pod?.uid === job.uid);
    if (!now) continue;
    if (now.terminating || next.orphans.includes(now)) {
      next = withPod(leavingNothing(next, now, guarantees), now, null);
    } else if (now.outcome === null) next = succeed(next, now);
  }
  return { ...next, triggers: {} };
}

function reconcileAll(resynced: State, rig: Rig): State {
  let state = resynced;
  for (const tenantId of Object.keys(resynced.triggers)) {
    state = start(withoutTrigger(state, tenantId), tenantId, rig);
    for (let steps = 0; state.running.length > 0; steps++) {
      if (steps > 200) throw new Violation("every reconcile ends");
      state = goOn(state, 0, rig)[0] ?? state;
      checkState(state, rig.scenario);
    }
  }
  return state;
}

function nextReconcileAt({ tenants, now }: State): number | null {
  const times = Object.values(tenants)
    .map((stored) => stored?.record.status.next_reconcile_at?.getTime() ?? 0)
    .filter((time) => time > now);
  return times.length === 0 ? null : Math.min(...times);
}

/** What the daily garbage collection removes: Jobs and Secrets of tenants that are gone. */
function collectGarbage(state: State): State {
  const isThere = (tenantId: string) => Boolean(state.tenants[tenantId]);
  const keep = <T>(objects: Record<string, T>) =>
    Object.fromEntries(Object.entries(objects).filter(([tenantId]) => isThere(tenantId)));
  return { ...state, jobs: keep(state.jobs), secrets: keep(state.secrets) };
}
