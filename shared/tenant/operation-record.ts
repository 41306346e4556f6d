/**
 * The history: one record of each attempt at an operation, from the request on. It is written in the batches that
 * change the tenant, and outlives the tenant; so it holds no personal data. Pure.
 *
 * @module
 */

export const OPERATION_STATES = [
  "queued",
  "running",
  "succeeded",
  "failed",
  /** A newer command came before it had an outcome. */
  "superseded",
] as const;
export type OperationState = (typeof OPERATION_STATES)[number];

/** A step of a site script. */
export interface OperationStep {
  name: string;
  started_at: Date;
  ended_at: Date | null;
}

/** How an attempt ended. */
export interface OperationOutcome {
  /** The step at which it failed. */
  step: string | null;
  reason: string | null;
  message: string | null;
  retryable: boolean | null;
}

/** The document `operations/{operationId}`. */
export interface OperationRecord {
  tenant_id: string;
  generation: number;
  attempt: number;
  /** One of the kinds in `operations/registry.ts`; null of a command that came to nothing. */
  kind: string | null;
  state: OperationState;
  /** Who asked for it, as `Requester.name`. */
  requested_by: string;
  /** The `X-Request-ID` of the request; null where none asked. */
  request_id: string | null;
  /** Why it was asked for, where a caller has to say so. */
  request_reason: string | null;
  /** When it was asked for: a first attempt by the command, a further one by the end of the one before. */
  created_at: Date;
  /** When it got its slot. */
  slot_at: Date | null;
  job_at: Date | null;
  /** When the first container of its Pod ran. */
  running_at: Date | null;
  ended_at: Date | null;
  steps: OperationStep[];
  outcome: OperationOutcome | null;
  /** The last lines of the Pod's log, without secrets and personal data; while it works, as they were at the last look. */
  log: string | null;
  /** When Firestore's TTL may remove it. */
  expires_at: Date;
}

/** How long the record of an operation is kept after its last change. */
export const OPERATION_RECORD_DAYS = 90;

/** The id of an attempt: of all tenants' its own. */
export function operationId(tenantId: string, generation: number, attempt: number): string {
  return `${tenantId}.${generation}.${attempt}`;
}
