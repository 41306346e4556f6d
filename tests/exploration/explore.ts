/**
 * Explores every state that can be reached, breadth-first, checks the rules in each, and from each lets
 * everything come to rest: quiet, Jobs that succeed, and sweeps.
 *
 * @module
 */
import { keyOf, keyOfRest } from "./state-key.ts";
import { checkRest, checkState, checkStep, Violation } from "./exploration-rules.ts";
import { goOn, start, stepsFrom, sweep } from "./explored-steps.ts";
import type { Node, Rig, Scenario } from "./explored-steps.ts";
import { emptyState, end, withoutHint, withPod, work } from "./explored-world.ts";
import type { State } from "./explored-world.ts";

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
  const root: Node = { state: emptyState(), budget: rig.scenario.budget };
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
const MAX_SWEEPS = 100;

/**
 * Nothing goes wrong any more: reconciles and hints that were under way are lost, Jobs succeed, and there
 * are sweeps. Checks what is then. `rested` remembers from where it was seen to end well.
 */
export function comeToRest(from: State, rig: Rig, rested: Set<string>): void {
  // One that is at work may also crash, and the state after that is explored by itself.
  if (from.running.length > 0) return;
  let state: State = { ...from, hints: {} };
  const way: string[] = [];
  for (let sweeps = 0; sweeps < MAX_SWEEPS; sweeps++) {
    const key = keyOfRest(state);
    if (rested.has(key)) break;
    way.push(key);
    const swept = sweep(finishPods(state, rig), rig);
    if (swept === null) {
      const later = nextWakeUp(state);
      if (later === null) {
        checkRest(audit(finishPods(state, rig)));
        break;
      }
      state = { ...finishPods(state, rig), now: later };
      continue;
    }
    state = reconcileAll(swept, rig);
    if (sweeps === MAX_SWEEPS - 1) throw new Violation("everything comes to rest");
  }
  for (const key of way) rested.add(key);
}

function finishPods(state: State, { edges }: Rig): State {
  let next = state;
  for (const job of [...Object.values(state.jobs), ...state.orphans]) {
    if (job === null) continue;
    if (job.outcome === null && !job.hasWorked) next = work(next, job, edges);
    const now = [next.jobs[job.tenantId], ...next.orphans].find((pod) => pod?.uid === job.uid);
    if (!now) continue;
    if (now.terminating || next.orphans.includes(now)) next = withPod(next, now, null);
    else if (now.outcome === null) next = end(next, now, { result: "succeeded", reason: null });
  }
  return { ...next, hints: {} };
}

function reconcileAll(swept: State, rig: Rig): State {
  let state = swept;
  for (const tenantId of Object.keys(swept.hints)) {
    state = start(withoutHint(state, tenantId), tenantId, rig);
    for (let steps = 0; state.running.length > 0; steps++) {
      if (steps > 200) throw new Violation("every reconcile ends");
      state = goOn(state, 0, rig)[0] ?? state;
      checkState(state, rig.scenario);
    }
  }
  return state;
}

function nextWakeUp({ tenants, now }: State): number | null {
  const times = Object.values(tenants)
    .map((stored) => stored?.record.wake_at?.getTime() ?? 0)
    .filter((time) => time > now);
  return times.length === 0 ? null : Math.min(...times);
}

/** What the daily audit removes: Jobs and Secrets of tenants that are gone. */
function audit(state: State): State {
  const isThere = (tenantId: string) => Boolean(state.tenants[tenantId]);
  const keep = <T>(objects: Record<string, T>) =>
    Object.fromEntries(Object.entries(objects).filter(([tenantId]) => isThere(tenantId)));
  return { ...state, jobs: keep(state.jobs), secrets: keep(state.secrets) };
}
