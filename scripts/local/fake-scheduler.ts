/**
 * Stands in for Cloud Scheduler and its two jobs: each publishes a hint at a fixed interval.
 *
 * @module
 */
import type { Bus } from "../../shared/pubsub/bus.ts";
import type { Hint } from "../../shared/pubsub/messages.ts";

export interface ClockOptions {
  bus: Pick<Bus, "publish">;
  sweepSeconds: number;
  /** A day, unless it is given. */
  auditSeconds?: number;
}

const DAY_SECONDS = 24 * 3600;

/** Starts the clock. Call the answer to stop it. */
export function startClock(options: ClockOptions): () => void {
  const { bus, sweepSeconds, auditSeconds = DAY_SECONDS } = options;
  const publishEvery = (seconds: number, hint: Hint) =>
    setInterval(() => {
      // A tick that is lost is made good by the next one.
      bus.publish(hint).catch(() => {});
    }, seconds * 1000);
  const timers = [
    publishEvery(sweepSeconds, { kind: "sweep" }),
    publishEvery(auditSeconds, { kind: "audit" }),
  ];
  return () => timers.forEach(clearInterval);
}
