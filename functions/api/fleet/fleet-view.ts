/**
 * The API's view of the fleet: its schemas, and how it is made of what was seen. Pure, but for the estimates that it asks.
 *
 * @module
 */
import type { FromSchema } from "json-schema-to-ts";
import { PHASES } from "../../../shared/tenant/tenant.ts";
import type { Estimates } from "../history/estimates.ts";
import { named } from "../http/named-schema.ts";
import { ATTENTION_KINDS, attentionIn, mostUrgent } from "./attention.ts";
import type { Attention, AttentionKind } from "./attention.ts";
import type { Fleet } from "./see-fleet.ts";
import type { TimeToActive } from "./time-to-active.ts";

const count = { type: "integer", minimum: 0 } as const;
const text = { type: ["string", "null"] } as const;
const time = { type: "string", format: "date-time" } as const;
const timeOrNull = { type: ["string", "null"], format: "date-time" } as const;

/** How much of what needs a hand is listed. */
const MAX_ATTENTION = 50;

const attentionSchema = named("Attention", {
  type: "object",
  additionalProperties: false,
  required: [
    "kind",
    "tenant_id",
    "subdomain",
    "domain",
    "rollout_id",
    "since",
    "reason",
    "message",
  ],
  properties: {
    kind: {
      type: "string",
      enum: ATTENTION_KINDS,
      description:
        "`failed`: a command was given up. `stuck`: it is under way, or waits, for longer than 95 of 100 of its kind took, and for two minutes. `deletion`: it fails again and again, or is open for over an hour. `upgrade`: the site was taken back to its old bench. `domain`: it is not served any more. `rollout`: it is paused. `damaged`: nobody can work on the record.",
    },
    tenant_id: {
      ...text,
      description: "Of any form, where somebody has made the record by hand; null of a rollout.",
    },
    subdomain: { ...text, description: "Null also where the tenant is gone." },
    domain: { ...text, description: "The custom domain, of which it is about one." },
    rollout_id: { ...text, description: "The paused rollout." },
    since: {
      ...time,
      description:
        "Since when; of what has failed or is damaged, when the tenant's record last changed.",
    },
    reason: { ...text, description: "Why, for programs: PascalCase." },
    message: { ...text, description: "The same for people." },
  },
});

const hourSchema = named("HourToActive", {
  type: "object",
  additionalProperties: false,
  required: ["from", "p50_seconds", "p95_seconds", "sample"],
  properties: {
    from: { ...time, description: "When the hour began in which the tenants were asked for." },
    p50_seconds: { type: "number" },
    p95_seconds: { type: "number" },
    sample: count,
  },
});

const timeToActiveSchema = named("TimeToActive", {
  type: "object",
  additionalProperties: false,
  required: ["p50_seconds", "p95_seconds", "sample", "hours"],
  properties: {
    p50_seconds: { type: "number", description: "Half of them took no longer." },
    p95_seconds: { type: "number", description: "95 of 100 took no longer." },
    sample: count,
    hours: {
      type: "array",
      items: hourSchema,
      description: "The last 24 hours, the oldest first; those of which there is a sample.",
    },
  },
});

export const fleetSchema = named("Fleet", {
  type: "object",
  additionalProperties: false,
  required: [
    "as_of",
    "tenants",
    "slots",
    "heartbeat_at",
    "oldest_unsent_event_at",
    "oldest_backup",
    "without_backup",
    "time_to_active",
    "attention",
    "attention_total",
  ],
  properties: {
    as_of: { ...time, description: "When this was read." },
    tenants: {
      type: "object",
      additionalProperties: false,
      required: ["total", "by_status"],
      description: "The customers' tenants; the sites of the pool are none.",
      properties: {
        total: { ...count, description: "Also those whose damaged record says no status." },
        by_status: {
          type: "object",
          additionalProperties: false,
          required: PHASES,
          properties: {
            queued: count,
            provisioning: count,
            active: count,
            suspended: count,
            failed: count,
            deleting: count,
            deleted: { ...count, description: "Those whose deletion can be taken back." },
          },
        },
      },
    },
    slots: {
      type: "object",
      additionalProperties: false,
      required: ["size", "in_use", "queued"],
      properties: {
        size: { ...count, description: "How many site Jobs may work at once." },
        in_use: { ...count, description: "More than these after the number was lowered." },
        queued: { ...count, description: "How many wait for one, those of the pool among them." },
      },
    },
    heartbeat_at: { ...timeOrNull, description: "When the resync last saw the cluster." },
    oldest_unsent_event_at: {
      ...timeOrNull,
      description: "Of when the oldest status event is that is not published; null of none.",
    },
    oldest_backup: {
      oneOf: [
        {
          type: "object",
          additionalProperties: false,
          required: ["tenant_id", "subdomain", "requested_at"],
          properties: {
            tenant_id: { type: "string" },
            subdomain: text,
            requested_at: {
              ...time,
              description: "When the tenant's newest backup was asked for.",
            },
          },
        },
        { type: "null" },
      ],
      description:
        "The active tenant whose newest backup is the oldest; null where nobody has any, or there are no backups.",
    },
    without_backup: {
      type: ["integer", "null"],
      minimum: 0,
      description: "How many active tenants have none; null where there are no backups.",
    },
    time_to_active: {
      oneOf: [timeToActiveSchema, { type: "null" }],
      description:
        "How long the tenants that were asked for in the last 24 hours waited until they were active, by the newest thousand that the pool served and the newest thousand others; as of five minutes ago at most. Null where there is none.",
    },
    attention: {
      type: "array",
      items: attentionSchema,
      description: "What needs a hand, the most urgent first, fifty at most.",
    },
    attention_total: {
      type: "object",
      additionalProperties: false,
      required: ATTENTION_KINDS,
      description:
        "How many there are of each kind. `stuck` is of those 200 that have worked and those 200 that have waited for the longest, `damaged` of those that the newest garbage collection has found or that were just seen.",
      properties: {
        failed: count,
        damaged: count,
        domain: count,
        stuck: count,
        deletion: count,
        rollout: count,
        upgrade: count,
      },
    },
  },
});

/** What the API shows of the fleet. */
export function toFleetView(
  fleet: Fleet,
  { slots, hasBackups, estimates }: { slots: number; hasBackups: boolean; estimates: Estimates },
  now: Date,
): FromSchema<typeof fleetSchema> {
  const { counts, backups, heartbeat, oldestUnsent, seen, unseen } = fleet;
  const attention = attentionIn(seen, estimates, now);
  return {
    as_of: now.toISOString(),
    tenants: { total: counts.total, by_status: counts.byPhase },
    slots: { size: slots, in_use: counts.slots, queued: counts.queued },
    heartbeat_at: heartbeat && heartbeat.toISOString(),
    oldest_unsent_event_at: oldestUnsent && oldestUnsent.toISOString(),
    oldest_backup:
      hasBackups && backups.oldest !== null
        ? {
            tenant_id: backups.oldest.tenantId,
            subdomain: backups.oldest.subdomain,
            requested_at: backups.oldest.requestedAt.toISOString(),
          }
        : null,
    without_backup: hasBackups ? Math.max(0, counts.byPhase.active - backups.tenants) : null,
    time_to_active: fleet.timeToActive && toTimeView(fleet.timeToActive),
    attention: mostUrgent(attention, MAX_ATTENTION).map(toAttentionView),
    attention_total: totalsOf(attention, unseen),
  };
}

function toTimeView({ hours, ...all }: TimeToActive): FromSchema<typeof timeToActiveSchema> {
  return {
    ...all,
    hours: hours.map(({ from, ...hour }) => ({ from: from.toISOString(), ...hour })),
  };
}

function toAttentionView(one: Attention): FromSchema<typeof attentionSchema> {
  const { kind, tenantId, subdomain, domain, rolloutId, since, reason, message } = one;
  const about = { kind, tenant_id: tenantId, subdomain, domain, rollout_id: rolloutId };
  return { ...about, since: since.toISOString(), reason, message };
}

function totalsOf(
  attention: readonly Attention[],
  unseen: Fleet["unseen"],
): Record<AttentionKind, number> {
  const totals = ATTENTION_KINDS.map((kind) => {
    const listed = attention.filter((one) => one.kind === kind).length;
    return [kind, listed + (unseen[kind] ?? 0)];
  });
  return Object.fromEntries(totals) as Record<AttentionKind, number>;
}
