/**
 * Fakes Cloud Scheduler and its two jobs: each publishes a trigger at a fixed interval.
 *
 * @module
 */
import type { Bus } from "../../shared/pubsub/bus.ts";
import type { Trigger } from "../../shared/pubsub/messages.ts";

export interface ClockOptions {
  bus: Pick<Bus, "publish">;
  resyncSeconds: number;
  /** A day, unless it is given. */
  garbageCollectionSeconds?: number;
}

const DAY_SECONDS = 24 * 3600;

/** Starts the clock. Call the answer to stop it. */
export function startClock(options: ClockOptions): () => void {
  const { bus, resyncSeconds, garbageCollectionSeconds = DAY_SECONDS } = options;
  const publishEvery = (seconds: number, trigger: Trigger) =>
    setInterval(() => {
      // A tick that is lost is made good by the next one.
      bus.publish(trigger).catch(() => {});
    }, seconds * 1000);
  const timers = [
    publishEvery(resyncSeconds, { kind: "resync" }),
    publishEvery(garbageCollectionSeconds, { kind: "garbage-collection" }),
  ];
  return () => timers.forEach(clearInterval);
}
