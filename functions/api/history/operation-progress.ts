/**
 * How far the operation is that carries out a tenant's newest command. Pure, but for the estimates that it asks.
 *
 * @module
 */
import type { FromSchema } from "json-schema-to-ts";
import { operationIdSchema } from "../../../shared/tenant/field-schemas.ts";
import { currentOperation, isSettled } from "../../../shared/tenant/tenant.ts";
import type { Tenant } from "../../../shared/tenant/tenant.ts";
import { named } from "../http/named-schema.ts";
import { currentOperationId } from "./current-operation.ts";
import type { Estimates } from "./estimates.ts";

const text = { type: ["string", "null"] } as const;
const time = { type: ["string", "null"], format: "date-time" } as const;

export const estimateSchema = named("Estimate", {
  type: "object",
  additionalProperties: false,
  required: ["p50_seconds", "p95_seconds", "sample"],
  properties: {
    p50_seconds: { type: "number", description: "Half of them took no longer." },
    p95_seconds: { type: "number", description: "95 of 100 took no longer." },
    sample: {
      type: "integer",
      description: "How many they are: the last 100 of the kind at most.",
    },
  },
});

export const progressSchema = named("OperationProgress", {
  type: "object",
  additionalProperties: false,
  required: ["id", "kind", "state", "step", "step_since", "started_at", "estimate"],
  properties: {
    id: operationIdSchema,
    kind: { ...text, description: "What is done at the site; null before that is decided." },
    state: {
      type: "string",
      enum: ["queued", "running"],
      description: "`queued` also in the pause before another attempt.",
    },
    step: { ...text, description: "At which step the site Job is." },
    step_since: { ...time, description: "Since when it is there." },
    started_at: { ...time, description: "When the attempt began; null while it is queued." },
    estimate: {
      oneOf: [estimateSchema, { type: "null" }],
      description:
        "How long operations of its kind took from their beginning; null where that is not known yet.",
    },
  },
});
type ProgressView = FromSchema<typeof progressSchema>;

/** Null while nothing is under way. */
export function toProgress(tenant: Tenant, estimates: Estimates): ProgressView | null {
  if (isSettled(tenant)) return null;
  const id = currentOperationId(tenant);
  const operation = currentOperation(tenant);
  if (operation === null || operation.slot === null) {
    const nothing = { step: null, step_since: null, started_at: null, estimate: null };
    return { id, kind: operation?.kind ?? null, state: "queued", ...nothing };
  }
  const { step, step_since } = tenant.status;
  return {
    id,
    kind: operation.kind,
    state: "running",
    step,
    step_since: step_since && step_since.toISOString(),
    started_at: operation.slot_at && operation.slot_at.toISOString(),
    estimate: estimates.of(operation.kind),
  };
}
