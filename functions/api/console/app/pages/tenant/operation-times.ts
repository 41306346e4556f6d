/**
 * How long an operation and its steps took, and where each step lies in it. Pure.
 *
 * @module
 */
import type { Operation } from "../../client/api-client.ts";

type Timed = Pick<Operation, "slot_at" | "ended_at" | "steps">;

/** From when it might begin to its end, or until now; null while it waits, and of one that never began. */
export function secondsOf({ slot_at, ended_at }: Timed, now: Date): number | null {
  if (slot_at === null) return null;
  const end = ended_at === null ? now.getTime() : Date.parse(ended_at);
  return Math.max(0, (end - Date.parse(slot_at)) / 1000);
}

export interface TimedStep {
  name: string;
  seconds: number;
  isRunning: boolean;
  /** Where it begins and how long it is, as shares of all steps together. */
  from: number;
  share: number;
}

export function stepsOf({ steps, ended_at }: Timed, now: Date): TimedStep[] {
  const [first] = steps;
  if (first === undefined) return [];
  // What ended without the end of its last step being seen, ended there.
  const openEnd = ended_at === null ? now.getTime() : Date.parse(ended_at);
  const spans = steps.map(({ name, started_at, ended_at: until }) => ({
    name,
    start: Date.parse(started_at),
    end: until === null ? openEnd : Date.parse(until),
    isRunning: until === null && ended_at === null,
  }));
  const begin = Date.parse(first.started_at);
  const whole = Math.max(1, ...spans.map(({ end }) => end - begin));
  return spans.map(({ name, start, end, isRunning }) => ({
    name,
    seconds: Math.max(0, end - start) / 1000,
    isRunning,
    from: Math.max(0, start - begin) / whole,
    share: Math.max(0, end - start) / whole,
  }));
}
