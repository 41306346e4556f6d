/**
 * The endpoint that shows the pool.
 *
 * @module
 */
import type { FromSchema } from "json-schema-to-ts";
import type { Store } from "../../../shared/firestore/store.ts";
import { currentBench } from "../../../shared/configuration/bench.ts";
import { standbyOf } from "../../../shared/tenant/standby.ts";
import { addSeconds } from "../../../shared/tenant/tenant.ts";
import { estimateSchema } from "../history/operation-progress.ts";
import { defineEndpoint } from "../http/endpoint.ts";
import { named } from "../http/named-schema.ts";
import { demandIn, serviceSince } from "./pool-demand.ts";
import type { PoolHistory } from "./pool-demand.ts";

const DAY_SECONDS = 24 * 3600;

/** Of each kind, the newest. */
const OPERATIONS_READ = 1000;

const count = { type: "integer", minimum: 0 } as const;

const poolSchema = named("Pool", {
  type: "object",
  additionalProperties: false,
  required: [
    "size",
    "ready",
    "outdated",
    "filling",
    "failed",
    "paused_until",
    "claims",
    "misses",
    "time_to_claim",
    "demand",
  ],
  properties: {
    size: { ...count, description: "How many sites are to be ready; 0 where there is no pool." },
    ready: { ...count, description: "How many a customer may be given." },
    outdated: {
      ...count,
      description:
        "How many are ready and given to nobody, for new sites have another image or other apps; they go when others are ready in their place.",
    },
    filling: { ...count, description: "How many are being made." },
    failed: { ...count, description: "How many could not be made; the next resync drops them." },
    paused_until: {
      type: ["string", "null"],
      format: "date-time",
      description: "Until then none is made, after three failures in a row; null in no such pause.",
    },
    claims: {
      ...count,
      description: "Of the last 24 hours: the tenants that got a site of the pool.",
    },
    misses: { ...count, description: "Of the last 24 hours: the tenants that got none." },
    time_to_claim: {
      oneOf: [estimateSchema, { type: "null" }],
      description: "From those requests until the tenants were active; null before the first.",
    },
    demand: {
      type: "object",
      additionalProperties: false,
      required: ["since", "tenants", "refill_seconds", "size"],
      description: "What the last seven days would have wanted.",
      properties: {
        since: {
          type: "string",
          format: "date-time",
          description: "Later than seven days ago where the history holds too many operations.",
        },
        tenants: { ...count, description: "How many tenants were asked for since then." },
        refill_seconds: {
          type: ["number", "null"],
          description:
            "How long it took until there was a new site in the place of one that was taken, but for the slowest twentieth; null where none was made.",
        },
        size: {
          type: ["integer", "null"],
          description: "The most tenants that were asked for within such a time.",
        },
      },
    },
  },
});

export const readPool = defineEndpoint({
  method: "GET",
  path: "/pool",
  summary: "The sites that are made before anybody asks",
  description:
    "How many there are, how they have served, and how many the last week's demand would have wanted.",
  answers: { 200: { description: "The pool.", schema: poolSchema } },
  async handle(_call, { store, settings }) {
    const now = new Date();
    const { poolSize: size, benches } = settings;
    const [counts, pool, { history, since }] = await Promise.all([
      store.countPool(standbyOf(currentBench(benches))),
      store.readPool(),
      readHistory(store, addSeconds(now, -7 * DAY_SECONDS)),
    ]);
    const { paused_until } = pool.state;
    const isPaused = paused_until !== null && paused_until > now;
    const body: FromSchema<typeof poolSchema> = {
      size,
      ready: counts.current,
      outdated: Math.max(0, counts.ready - counts.current),
      filling: Math.max(0, counts.total - counts.ready - counts.failed),
      failed: counts.failed,
      paused_until: isPaused ? paused_until.toISOString() : null,
      ...serviceSince(history, addSeconds(now, -DAY_SECONDS)),
      demand: { since: since.toISOString(), ...demandIn(history) },
    };
    return { status: 200, body };
  },
});

/** What was asked for since then or, where that is too much, the newest of it. */
async function readHistory(
  store: Store,
  weekAgo: Date,
): Promise<{ history: PoolHistory; since: Date }> {
  const wanted = { since: weekAgo, limit: OPERATIONS_READ, after: null };
  const [claims, creates] = await Promise.all([
    store.listOperations({ ...wanted, filter: { kind: "claim" } }),
    store.listOperations({ ...wanted, filter: { kind: "create" } }),
  ]);
  const begins = [claims, creates].map(({ operations, next }) =>
    next === null ? weekAgo : (operations.at(-1)?.created_at ?? weekAgo),
  );
  const since = begins.reduce((one, other) => (one > other ? one : other));
  const within = ({ operations }: typeof claims) =>
    operations.filter(({ created_at }) => created_at >= since);
  return { history: { claims: within(claims), creates: within(creates) }, since };
}
