/**
 * Whom a rollout would reach. Pure.
 *
 * @module
 */
import type { FromSchema } from "json-schema-to-ts";
import type { RolloutCounts } from "../../../shared/firestore/store.ts";
import type { Rollout } from "../../../shared/rollouts/rollout.ts";
import { named } from "../http/named-schema.ts";
import { waveName } from "./rollout-view.ts";

const count = { type: "integer", minimum: 0 } as const;

export const rolloutOutlookSchema = named("RolloutOutlook", {
  type: "object",
  additionalProperties: false,
  required: ["to", "from", "tenants", "canaries", "waves"],
  properties: {
    to: { type: "string" },
    from: { type: "array", items: { type: "string" } },
    tenants: {
      ...count,
      description:
        "How many have their site in one of these benches, also those that are pinned or deleted for now.",
    },
    canaries: { ...count, description: "How many of them are canaries." },
    waves: {
      type: "array",
      items: {
        type: "object",
        additionalProperties: false,
        required: ["wave", "tenants"],
        properties: {
          wave: { type: "string" },
          tenants: {
            ...count,
            description: "About so many, those of the waves before not among them.",
          },
        },
      },
    },
  },
});

export function toRolloutOutlook(
  { to, from, waves }: Pick<Rollout, "to" | "from" | "waves">,
  { tenants, canaries }: RolloutCounts,
): FromSchema<typeof rolloutOutlookSchema> {
  let left = 1;
  const isWithCanaries = waves.some(({ kind }) => kind === "canary");
  const others = tenants - (isWithCanaries ? canaries : 0);
  const reached = waves.map((wave) => {
    const { kind, percent } = wave;
    if (kind !== "share") return { wave: waveName(wave), tenants: kind === "pool" ? 0 : canaries };
    const share = left - (1 - (percent ?? 100) / 100);
    left -= share;
    return { wave: waveName(wave), tenants: Math.round(others * share) };
  });
  return { to, from, tenants, canaries, waves: reached };
}
