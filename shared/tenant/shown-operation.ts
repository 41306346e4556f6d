/**
 * An operation's record as it is shown. People write to the database too, and a record may be half there: what can
 * be read of it is shown, and null in place of the rest. Pure.
 *
 * @module
 */
import { parseOperationId } from "./names.ts";
import { OPERATION_STATES } from "./operation-record.ts";
import { toText, toTime } from "./shown-fields.ts";
import type { Fields } from "./field-checks.ts";
import type {
  OperationOutcome,
  OperationRecord,
  OperationState,
  OperationStep,
} from "./operation-record.ts";

/** What is null in it, the record does not say. */
export interface ShownOperation extends Omit<
  OperationRecord,
  "state" | "requested_by" | "expires_at"
> {
  id: string;
  state: OperationState | null;
  requested_by: string | null;
  expires_at: Date | null;
}

/**
 * Shows the record of an operation, however damaged. Its id alone says whose it is, and which attempt. Null where the
 * document is no operation's, or names another tenant than its id does.
 */
export function showOperation(fields: Fields, id: string, madeAt: Date): ShownOperation | null {
  const identity = parseOperationId(id);
  if (identity === null || fields["tenant_id"] !== identity.tenantId) return null;
  const { tenantId: tenant_id, ...rest } = identity;
  return {
    id,
    tenant_id,
    ...rest,
    kind: toText(fields["kind"]),
    state: OPERATION_STATES.find((state) => state === fields["state"]) ?? null,
    requested_by: toText(fields["requested_by"]),
    request_id: toText(fields["request_id"]),
    request_reason: toText(fields["request_reason"]),
    created_at: toTime(fields["created_at"]) ?? madeAt,
    slot_at: toTime(fields["slot_at"]),
    job_at: toTime(fields["job_at"]),
    running_at: toTime(fields["running_at"]),
    ended_at: toTime(fields["ended_at"]),
    steps: toSteps(fields["steps"]),
    outcome: toOutcome(fields["outcome"]),
    log: toText(fields["log"]),
    expires_at: toTime(fields["expires_at"]),
  };
}

/** Those that have a name and a beginning. */
function toSteps(value: unknown): OperationStep[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isMap).flatMap((fields) => {
    const [name, started_at] = [toText(fields["name"]), toTime(fields["started_at"])];
    if (name === null || started_at === null) return [];
    return { name, started_at, ended_at: toTime(fields["ended_at"]) };
  });
}

function toOutcome(value: unknown): OperationOutcome | null {
  if (!isMap(value)) return null;
  const { step, reason, message, retryable } = value;
  return {
    step: toText(step),
    reason: toText(reason),
    message: toText(message),
    retryable: typeof retryable === "boolean" ? retryable : null,
  };
}

function isMap(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
