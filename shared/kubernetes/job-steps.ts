/**
 * The steps of a site script, as its log tells them. Pure.
 *
 * @module
 */
import type { JobStep } from "../reconciler/decision.ts";

/** As `step` of `operations/scripts/common.sh` prints it. */
const STEP_LINE = /^step: ([a-z0-9][a-z0-9-]{0,62}) at (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)$/gm;

/** The apps print into the same log, and whatever they print must not swell a record. */
const MAX_STEPS = 100;

/** Every step that a log says has begun, in its order, and each once. */
export function stepsIn(log: string): JobStep[] {
  const steps = new Map<string, JobStep>();
  for (const [line, name = "", time = ""] of log.matchAll(STEP_LINE)) {
    const since = new Date(time);
    if (!Number.isNaN(since.getTime())) steps.set(line, { name, since });
  }
  return [...steps.values()].slice(-MAX_STEPS);
}
