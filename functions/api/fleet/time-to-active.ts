/**
 * How long customers have waited for their sites in the last 24 hours, hour by hour. What it is made of grows with the new
 * tenants of a day, so it is read at most once in some minutes.
 *
 * @module
 */
import type { Store } from "../../../shared/firestore/store.ts";
import { addSeconds } from "../../../shared/tenant/tenant.ts";
import { toEstimate } from "../history/estimates.ts";
import type { Estimate } from "../history/estimates.ts";
import { servedIn } from "../pool/pool-demand.ts";
import type { Served } from "../pool/pool-demand.ts";

/** Of tenants that were asked for within an hour. */
export interface HourToActive extends Estimate {
  from: Date;
}

export interface TimeToActive extends Estimate {
  /** Those hours of which there is something to tell, the oldest first. */
  hours: HourToActive[];
}

const HOUR_SECONDS = 3600;
const HOURS = 24;

/** Of each kind, the newest. */
const OPERATIONS_READ = 1000;

const KEPT_SECONDS = 5 * 60;

/** What was read last with each store. */
const kept = new WeakMap<object, { at: Date; read: Promise<TimeToActive | null> }>();

/** What is known of the last 24 hours, as of some minutes ago at most. Null where no tenant has become active. */
export function timeToActive(
  store: Pick<Store, "listOperations">,
  now: Date,
): Promise<TimeToActive | null> {
  const known = kept.get(store);
  if (known !== undefined && now < addSeconds(known.at, KEPT_SECONDS)) return known.read;
  const read = readTimeToActive(store, now);
  kept.set(store, { at: now, read });
  // Whoever asks next tries again.
  read.catch(() => kept.delete(store));
  return read;
}

async function readTimeToActive(
  store: Pick<Store, "listOperations">,
  now: Date,
): Promise<TimeToActive | null> {
  const since = addSeconds(hourOf(now), -(HOURS - 1) * HOUR_SECONDS);
  const wanted = { since, limit: OPERATIONS_READ, after: null };
  const [claims, creates] = await Promise.all([
    store.listOperations({ ...wanted, filter: { kind: "claim" } }),
    store.listOperations({ ...wanted, filter: { kind: "create" } }),
  ]);
  const history = { claims: claims.operations, creates: creates.operations };
  return toTimeToActive(servedIn(history));
}

/** Pure. Those that have not become active count nowhere. */
export function toTimeToActive(served: readonly Served[]): TimeToActive | null {
  const all = toEstimate(secondsOf(served));
  if (all === null) return null;
  const byHour = Map.groupBy(served, ({ at }) => hourOf(at).getTime());
  const hours = [...byHour].flatMap(([from, asked]) => {
    const estimate = toEstimate(secondsOf(asked));
    return estimate === null ? [] : { from: new Date(from), ...estimate };
  });
  hours.sort((left, right) => left.from.getTime() - right.from.getTime());
  return { ...all, hours };
}

function secondsOf(served: readonly Served[]): number[] {
  return served.flatMap(({ seconds }) => seconds ?? []);
}

/** When the hour began that a time is in. */
function hourOf(time: Date): Date {
  const milliseconds = HOUR_SECONDS * 1000;
  return new Date(Math.floor(time.getTime() / milliseconds) * milliseconds);
}
