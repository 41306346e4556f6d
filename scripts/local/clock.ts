/**
 * Stands in for Cloud Scheduler: publishes the sweep's hint at a fixed interval.
 *
 * @module
 */
import type { Bus } from "../../shared/bus.ts";

/** Starts the clock. Call the answer to stop it. */
export function startClock(bus: Bus, intervalSeconds: number): () => void {
  const timer = setInterval(() => {
    // A tick that is lost is made good by the next one.
    bus.publish({ kind: "sweep" }).catch(() => {});
  }, intervalSeconds * 1000);
  return () => clearInterval(timer);
}
