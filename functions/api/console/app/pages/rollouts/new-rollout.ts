/**
 * The action that begins a rollout: its fields, and the request that is made of them. Pure, but for the request.
 *
 * @module
 */
import {
  DEFAULT_PAUSE_AT,
  DEFAULT_SOAK_MINUTES,
  DEFAULT_WAVES,
  MAX_OUTCOMES,
} from "../../../../../../shared/rollouts/rollout.ts";
import type { Action, Values } from "../../actions/action.ts";
import { createRollout } from "../../client/api-client.ts";
import type { Bench, NewRollout, RolloutOutlook } from "../../client/api-client.ts";

const { percent } = DEFAULT_PAUSE_AT;

const WAVES = DEFAULT_WAVES.map((wave) => (typeof wave === "number" ? `${wave}%` : wave));

/** Without what is shown of the answer, which is the page's. */
export function newRolloutAction(benches: readonly Bench[]): Action {
  const current = benches.find(({ state }) => state === "current");
  return {
    name: "New rollout",
    consequence:
      "Moves the sites of the other benches to this one, wave after wave: each is backed up, is shut for the minutes that its migration takes, and is taken back to its old bench if that fails. Whoever is pinned is passed over.",
    fields: [
      {
        name: "to",
        label: "To the bench",
        kind: "select",
        isRequired: true,
        options: benches.map(({ name, state }) => ({
          value: name,
          label: state === "current" ? `${name} (current)` : name,
        })),
        ...(current === undefined ? {} : { initial: current.name }),
      },
      {
        name: "waves",
        label: "Waves",
        kind: "text",
        initial: WAVES.join(", "),
        help: "pool waits for a site of the pool, canary are the tenants that are marked so, and 5% is a twentieth of all.",
      },
      {
        name: "soak_minutes",
        label: "Minutes between two waves",
        kind: "text",
        initial: String(DEFAULT_SOAK_MINUTES),
        help: "So long it only watches after a wave.",
      },
      {
        name: "pause_at/failures",
        label: "Pause after so many failures",
        kind: "text",
        initial: String(DEFAULT_PAUSE_AT.failures),
        help: `Among the last ${MAX_OUTCOMES} tenants, if they are also more than ${percent} percent of them.`,
      },
      {
        name: "window/from",
        label: "Only from (may be left empty)",
        kind: "text",
        help: "A time of the day, such as 01:00, on each tenant's own clock.",
      },
      { name: "window/to", label: "Only until (may be left empty)", kind: "text" },
      {
        name: "window/time_zone",
        label: "Time zone of those who have said none",
        kind: "text",
        initial: Intl.DateTimeFormat().resolvedOptions().timeZone,
      },
    ],
    outlook: {
      ask: (values, opts) => createRollout(toNewRollout(values), { validateOnly: true }, opts),
      tell: tellOutlook,
    },
    request: (values, idempotencyKey, opts) =>
      createRollout(toNewRollout(values), { idempotencyKey }, opts),
  };
}

/** What is not filled in is left to the API; what is no number, too, which says so. */
export function toNewRollout(values: Values): NewRollout {
  const waves = (values["waves"] ?? "").split(/[\s,]+/).filter(Boolean);
  const soak_minutes = toNumber(values["soak_minutes"]);
  const failures = toNumber(values["pause_at/failures"]);
  return {
    to: values["to"] ?? "",
    ...(waves.length > 0 && { waves }),
    ...(soak_minutes !== undefined && { soak_minutes }),
    ...(failures !== undefined && { pause_at: { failures, percent } }),
    ...windowIn(values),
  };
}

function windowIn(values: Values): Pick<NewRollout, "window"> {
  const [from = "", to = "", time_zone = ""] = ["from", "to", "time_zone"].map((name) =>
    values[`window/${name}`]?.trim(),
  );
  return from === "" && to === "" ? {} : { window: { from, to, time_zone } };
}

function toNumber(text = ""): number | undefined {
  return text.trim() === "" ? undefined : Number(text);
}

/** Whom it would reach, in sentences. */
export function tellOutlook({ to, from, tenants, canaries, waves }: RolloutOutlook): string[] {
  const canary = canaries === 1 ? "1 of them is a canary" : `${canaries} of them are canaries`;
  return [
    `It reaches ${counted(tenants)} in ${from.join(", ")}; ${canary}.`,
    ...waves.map((wave) => tellWave(wave, to)),
  ];
}

function tellWave({ wave, tenants }: RolloutOutlook["waves"][number], to: string): string {
  if (wave === "pool") return `pool: nobody; it waits until a site of the pool is ready in ${to}.`;
  return `${wave}: ${wave === "canary" ? "" : "about "}${counted(tenants)}.`;
}

function counted(tenants: number): string {
  return tenants === 1 ? "1 tenant" : `${tenants} tenants`;
}
