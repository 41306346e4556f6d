/**
 * The API's view of an operation: the schemas of it, and how it is made of a record. Pure.
 *
 * @module
 */
import type { FromSchema, JSONSchema } from "json-schema-to-ts";
import { operationIdSchema, tenantIdSchema } from "../../../shared/tenant/field-schemas.ts";
import { OPERATION_STATES } from "../../../shared/tenant/operation-record.ts";
import type { OperationOutcome, OperationStep } from "../../../shared/tenant/operation-record.ts";
import { hintFor } from "../../../shared/tenant/reason-hints.ts";
import type { ShownOperation } from "../../../shared/tenant/shown-operation.ts";
import { named } from "../http/named-schema.ts";

const text = { type: ["string", "null"] } as const;
const time = { type: ["string", "null"], format: "date-time" } as const;

const stepSchema = named("OperationStep", {
  type: "object",
  additionalProperties: false,
  required: ["name", "started_at", "ended_at", "seconds"],
  properties: {
    name: { type: "string" },
    started_at: { type: "string", format: "date-time" },
    ended_at: { ...time, description: "Null while it goes on, and of one that never ended." },
    seconds: { type: ["number", "null"], description: "How long it took." },
  },
});

const outcomeSchema = named("OperationOutcome", {
  type: "object",
  additionalProperties: false,
  required: ["step", "reason", "message", "retryable", "hint"],
  properties: {
    step: { ...text, description: "At which step it failed." },
    reason: { ...text, description: "Why it ended so, for programs: PascalCase." },
    message: { ...text, description: "The same for people, in the words of what failed." },
    retryable: {
      type: ["boolean", "null"],
      description: "Whether another attempt may succeed; null unless it failed.",
    },
    hint: { ...text, description: "What to do about it; null where that is not known." },
  },
});

const OPERATION_FIELDS = [
  "id",
  "tenant_id",
  "generation",
  "attempt",
  "kind",
  "state",
  "requested_by",
  "request_id",
  "request_reason",
  "created_at",
  "slot_at",
  "job_at",
  "running_at",
  "ended_at",
  "expires_at",
  "steps",
  "outcome",
] as const;

const operationFields = {
  id: operationIdSchema,
  tenant_id: tenantIdSchema,
  generation: { type: "integer", description: "The tenant's command that it carries out." },
  attempt: { type: "integer", description: "Counts the attempts at that command, from 1." },
  kind: {
    ...text,
    description:
      "What is done at the site, such as `create`; null of a command that came to nothing.",
  },
  state: {
    type: ["string", "null"],
    enum: [...OPERATION_STATES, null],
    description:
      "`superseded` where a newer command came before its outcome. Null of a damaged record.",
  },
  requested_by: {
    ...text,
    description: "Who asked: `key:NAME`, `google:ADDRESS`, or a part of the control plane.",
  },
  request_id: { ...text, description: "The `X-Request-ID` of the request." },
  request_reason: { ...text, description: "Why it was asked for, where a caller has to say so." },
  created_at: { type: "string", format: "date-time", description: "When it was asked for." },
  slot_at: { ...time, description: "When it might begin: as many site Jobs run as may." },
  job_at: { ...time, description: "When its site Job was made." },
  running_at: { ...time, description: "When the site Job's first container ran." },
  ended_at: time,
  expires_at: { ...time, description: "When the record may be removed." },
  steps: {
    type: "array",
    items: stepSchema,
    description:
      "While the site Job works, those that the last thousand lines of its log tell of, as they were when it was last looked at.",
  },
  outcome: {
    oneOf: [outcomeSchema, { type: "null" }],
    description: "How it ended; null until it has.",
  },
} as const satisfies Record<(typeof OPERATION_FIELDS)[number], JSONSchema>;

export const operationSchema = named("Operation", {
  type: "object",
  additionalProperties: false,
  required: OPERATION_FIELDS,
  properties: operationFields,
});

export const operationWithLogSchema = named("OperationWithLog", {
  type: "object",
  additionalProperties: false,
  required: [...OPERATION_FIELDS, "log"],
  properties: {
    ...operationFields,
    log: {
      ...text,
      description:
        "The last lines of the site Job's log, without secrets; while it works, as they were when it was last looked at, about once a minute.",
    },
  },
});

/** An operation as lists show it. */
export function toOperationView(shown: ShownOperation): FromSchema<typeof operationSchema> {
  const { log: _, steps, outcome, ...rest } = shown;
  return {
    ...rest,
    created_at: shown.created_at.toISOString(),
    slot_at: toText(shown.slot_at),
    job_at: toText(shown.job_at),
    running_at: toText(shown.running_at),
    ended_at: toText(shown.ended_at),
    expires_at: toText(shown.expires_at),
    steps: steps.map(toStepView),
    outcome: outcome && toOutcomeView(outcome),
  };
}

/** An operation with all that is known of it. */
export function toOperationWithLog(
  shown: ShownOperation,
): FromSchema<typeof operationWithLogSchema> {
  return { ...toOperationView(shown), log: shown.log };
}

function toStepView({ name, started_at, ended_at }: OperationStep): FromSchema<typeof stepSchema> {
  return {
    name,
    started_at: started_at.toISOString(),
    ended_at: toText(ended_at),
    seconds: ended_at && (ended_at.getTime() - started_at.getTime()) / 1000,
  };
}

function toOutcomeView(outcome: OperationOutcome): FromSchema<typeof outcomeSchema> {
  return { ...outcome, hint: hintFor(outcome.reason) };
}

function toText(at: Date | null): string | null {
  return at && at.toISOString();
}
