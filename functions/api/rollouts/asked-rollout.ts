/**
 * What a caller asks for with a new rollout: its schema, and what no schema can say of it. Pure.
 *
 * @module
 */
import type { FromSchema } from "json-schema-to-ts";
import {
  DEFAULT_MAX_PER_DATABASE,
  DEFAULT_PAUSE_AT,
  DEFAULT_SOAK_MINUTES,
  MAX_OUTCOMES,
} from "../../../shared/rollouts/rollout.ts";
import type { AskedWave, NewRollout } from "../../../shared/rollouts/rollout.ts";
import type { Window } from "../../../shared/rollouts/window.ts";
import { BENCH_NAME_PATTERN } from "../../../shared/configuration/bench.ts";
import type { Bench } from "../../../shared/configuration/bench.ts";
import { timeZoneSchema } from "../../../shared/tenant/field-schemas.ts";
import { requireBench } from "../benches/require-bench.ts";
import { named } from "../http/named-schema.ts";
import { invalid } from "../http/parse-input.ts";
import { requireTimeZone } from "../http/time-zone.ts";

const benchSchema = {
  type: "string",
  pattern: BENCH_NAME_PATTERN,
  description: "the name of a bench",
  examples: ["v16-33"],
} as const;

const timeOfDaySchema = {
  type: "string",
  pattern: "^([01][0-9]|2[0-3]):[0-5][0-9]$",
  description: "a time of the day, such as 01:00",
  examples: ["01:00"],
} as const;

export const newRolloutSchema = named("NewRollout", {
  type: "object",
  additionalProperties: false,
  required: ["to"],
  description: "a JSON object",
  properties: {
    to: { ...benchSchema, title: "The bench that tenants are moved to" },
    from: {
      type: "array",
      minItems: 1,
      maxItems: 30,
      uniqueItems: true,
      items: benchSchema,
      title: "The benches that they are moved from; without it all others",
      description: "a list of 1 to 30 benches",
    },
    waves: {
      type: "array",
      minItems: 1,
      maxItems: 10,
      uniqueItems: true,
      items: {
        type: "string",
        pattern: "^(pool|canary|([1-9]|[1-9][0-9]|100)%)$",
        description: "pool, canary or a percentage, such as 5%",
        examples: ["5%"],
      },
      title:
        "Whom it moves, one wave after the other; as it is: pool, canary, 5%, 25%, 100%. pool moves nobody, and waits for a site of the pool in the new bench",
      description: "a list of 1 to 10 waves, in growing order: pool, canary, and percentages",
    },
    window: {
      type: "object",
      additionalProperties: false,
      required: ["from", "to", "time_zone"],
      properties: { from: timeOfDaySchema, to: timeOfDaySchema, time_zone: timeZoneSchema },
      title:
        "When tenants are asked, by their own clocks, or those of the time zone where nobody has said where a tenant is; without it at any time",
      description: "a JSON object with from, to and time_zone",
    },
    max_per_database: {
      type: "integer",
      minimum: 1,
      maximum: 50,
      default: DEFAULT_MAX_PER_DATABASE,
      title: "How many tenants that share a database server are moved at once: all do",
      description: "a whole number from 1 to 50",
    },
    pause_at: {
      type: "object",
      additionalProperties: false,
      required: ["failures", "percent"],
      properties: {
        failures: {
          type: "integer",
          minimum: 1,
          maximum: MAX_OUTCOMES,
          description: `a whole number from 1 to ${MAX_OUTCOMES}`,
        },
        percent: {
          type: "integer",
          minimum: 0,
          maximum: 100,
          description: "a whole number from 0 to 100",
        },
      },
      title: `It pauses itself at so many failures among the last ${MAX_OUTCOMES} outcomes, if they are also more than so many percent of them; as it is ${DEFAULT_PAUSE_AT.failures} and ${DEFAULT_PAUSE_AT.percent}`,
      description: "a JSON object with failures and percent",
    },
    soak_minutes: {
      type: "integer",
      minimum: 0,
      maximum: 10_080,
      default: DEFAULT_SOAK_MINUTES,
      title: "How long it only watches between two waves",
      description: "a whole number from 0 to 10080",
    },
  },
});

/** What is left to say beside who asks. */
export type AskedRollout = Omit<NewRollout, "id" | "commandId" | "requestedBy">;

/** Throws a `Problem` where what is asked for does not go together. */
export function toAskedRollout(
  body: FromSchema<typeof newRolloutSchema>,
  benches: readonly Bench[],
): AskedRollout {
  const { to, from, waves, window, max_per_database, pause_at, soak_minutes } = body;
  requireWindow(window);
  return {
    to,
    from: toFrom(to, from, benches),
    waves: waves && toWaves(waves),
    window,
    max_per_database,
    pause_at,
    soak_minutes,
  };
}

function toFrom(to: string, from: readonly string[] | undefined, benches: readonly Bench[]) {
  requireBench("to", to, benches);
  const others = benches.map(({ name }) => name).filter((name) => name !== to);
  if (others.length === 0) refuse("to", "there is no other bench to move tenants from");
  if (from?.some((name) => !others.includes(name))) {
    refuse("from", `from must be of ${others.join(", ")}`);
  }
  return from ?? others;
}

function toWaves(waves: readonly string[]): AskedWave[] {
  const asked = waves.map(toWave);
  const places = asked.map((wave) => (typeof wave === "number" ? wave : wave === "pool" ? -1 : 0));
  if (places.some((place, index) => place <= (places[index - 1] ?? -2))) {
    refuse("waves", "waves must be in growing order: pool, canary, and percentages");
  }
  return asked;
}

function toWave(wave: string): AskedWave {
  return wave === "pool" || wave === "canary" ? wave : Number.parseInt(wave, 10);
}

function requireWindow(window: Window | undefined): void {
  if (window === undefined) return;
  requireTimeZone("window/time_zone", window.time_zone);
  if (window.from === window.to) refuse("window/to", "window.to must be another time than from");
}

function refuse(field: string, message: string): never {
  throw invalid([{ pointer: `/${field}`, message }]);
}
