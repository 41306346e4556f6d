/**
 * The API's view of a rollout: its schema, and how it is made of a record. Pure.
 *
 * @module
 */
import type { FromSchema } from "json-schema-to-ts";
import { ROLLOUT_REASONS, ROLLOUT_STATES, SKIP_REASONS } from "../../../shared/rollouts/rollout.ts";
import type { Rollout, Wave } from "../../../shared/rollouts/rollout.ts";
import { rolloutIdSchema, tenantIdSchema } from "../../../shared/tenant/field-schemas.ts";
import { named } from "../http/named-schema.ts";

const text = { type: ["string", "null"] } as const;
const time = { type: "string", format: "date-time" } as const;
const timeOrNull = { type: ["string", "null"], format: "date-time" } as const;
const count = { type: "integer", minimum: 0 } as const;

const waveSchema = named("RolloutWave", {
  type: "object",
  additionalProperties: false,
  required: [
    "wave",
    "started_at",
    "ended_at",
    "asked",
    "done",
    "failed",
    "gone",
    "skipped",
    "waiting",
  ],
  properties: {
    wave: { type: "string", description: "`pool`, `canary` or a share, such as `5%`." },
    started_at: timeOrNull,
    ended_at: timeOrNull,
    asked: { ...count, description: "How many tenants were asked to move." },
    done: { ...count, description: "How many of them have." },
    failed: { ...count, description: "How many of them are back on their old bench." },
    gone: { ...count, description: "How many of them were deleted meanwhile." },
    skipped: { ...count, description: "How many were passed over." },
    waiting: { ...count, description: "How many could not be asked yet, and are come back to." },
  },
});

export const rolloutSchema = named("Rollout", {
  type: "object",
  additionalProperties: false,
  required: [
    "id",
    "state",
    "reason",
    "message",
    "to",
    "from",
    "created_at",
    "updated_at",
    "ended_at",
    "requested_by",
    "paused_by",
    "window",
    "max_per_database",
    "pause_at",
    "soak_minutes",
    "waves",
    "soak_until",
    "under_way",
    "failed",
    "skipped",
  ],
  properties: {
    id: rolloutIdSchema,
    state: {
      type: "string",
      enum: ROLLOUT_STATES,
      description:
        "`paused`: nobody is asked until it is resumed. Those who are under way go on, also when it is `cancelled`.",
    },
    reason: {
      type: ["string", "null"],
      enum: [...ROLLOUT_REASONS, null],
      description: "Why it is as it is, for programs.",
    },
    message: { ...text, description: "The same for people." },
    to: { type: "string", description: "The bench that tenants are moved to." },
    from: { type: "array", items: { type: "string" } },
    created_at: time,
    updated_at: time,
    ended_at: timeOrNull,
    requested_by: { type: "string" },
    paused_by: {
      ...text,
      description: "Null where it paused itself, and while it is not paused.",
    },
    window: {
      oneOf: [
        {
          type: "object",
          additionalProperties: false,
          required: ["from", "to", "time_zone"],
          properties: {
            from: { type: "string" },
            to: { type: "string" },
            time_zone: { type: "string" },
          },
        },
        { type: "null" },
      ],
      description: "When tenants are asked; null for at any time.",
    },
    max_per_database: count,
    pause_at: {
      type: "object",
      additionalProperties: false,
      required: ["failures", "percent"],
      properties: { failures: count, percent: count },
    },
    soak_minutes: count,
    waves: { type: "array", items: waveSchema, description: "In their order." },
    soak_until: { ...timeOrNull, description: "Until when it only watches, after a wave." },
    under_way: {
      type: "array",
      items: {
        type: "object",
        additionalProperties: false,
        required: ["tenant_id", "since"],
        properties: { tenant_id: tenantIdSchema, since: time },
      },
    },
    failed: {
      type: "array",
      items: {
        type: "object",
        additionalProperties: false,
        required: ["tenant_id", "at", "reason", "message", "patch", "step"],
        properties: {
          tenant_id: tenantIdSchema,
          at: time,
          reason: { type: "string", description: "For programs: PascalCase." },
          message: { ...text, description: "The same for people." },
          patch: { ...text, description: "The patch of an app's that failed, where it was one." },
          step: { ...text, description: "At which step of the upgrade it failed." },
        },
      },
      description: "The newest hundred, the newest last.",
    },
    skipped: {
      type: "array",
      items: {
        type: "object",
        additionalProperties: false,
        required: ["tenant_id", "reason", "message", "until"],
        properties: {
          tenant_id: tenantIdSchema,
          reason: { type: "string", enum: SKIP_REASONS },
          message: { ...text, description: "In words; of a pin, those of whoever set it." },
          until: { ...timeOrNull, description: "Until when it is pinned." },
        },
      },
      description:
        "Whom it passed over when it last came to the end of the tenants, a hundred at most.",
    },
  },
});

/** What the API shows of a rollout. */
export function toRolloutView(rollout: Rollout): FromSchema<typeof rolloutSchema> {
  const { id, state, reason, message, to, from, window, waves, pause_at } = rollout;
  const { created_at, updated_at, ended_at, soak_until, requested_by, paused_by } = rollout;
  return {
    id,
    state,
    reason,
    message,
    to,
    from,
    created_at: created_at.toISOString(),
    updated_at: updated_at.toISOString(),
    ended_at: ended_at && ended_at.toISOString(),
    requested_by: requested_by.name,
    paused_by: paused_by && paused_by.name,
    window: window && { from: window.from, to: window.to, time_zone: window.time_zone },
    max_per_database: rollout.max_per_database,
    pause_at: { failures: pause_at.failures, percent: pause_at.percent },
    soak_minutes: rollout.soak_minutes,
    waves: waves.map(toWaveView),
    soak_until: soak_until && soak_until.toISOString(),
    under_way: rollout.under_way.map((one) => ({
      tenant_id: one.id,
      since: one.since.toISOString(),
    })),
    failed: rollout.failed.map((one) => ({
      tenant_id: one.id,
      at: one.at.toISOString(),
      reason: one.reason,
      message: one.message,
      patch: one.patch ?? null,
      step: one.step ?? null,
    })),
    skipped: rollout.skipped.map((one) => ({
      tenant_id: one.id,
      reason: one.reason,
      message: one.message,
      until: one.until && one.until.toISOString(),
    })),
  };
}

/** A wave by the name that callers give it. */
export function waveName({ kind, percent }: Pick<Wave, "kind" | "percent">): string {
  return kind === "share" ? `${percent}%` : kind;
}

function toWaveView(wave: Wave): FromSchema<typeof waveSchema> {
  const { started_at, ended_at, asked, done, failed, gone, skipped, waiting } = wave;
  return {
    wave: waveName(wave),
    started_at: started_at && started_at.toISOString(),
    ended_at: ended_at && ended_at.toISOString(),
    asked,
    done,
    failed,
    gone,
    skipped,
    waiting,
  };
}
