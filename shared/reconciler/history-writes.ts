/**
 * What a change of a tenant's record means for the history: which attempts it opens, sets to work and ends. It follows
 * from the record before and after alone, so that whoever writes the one cannot forget the other. Pure.
 *
 * @module
 */
import { definitionOf } from "../operations/registry.ts";
import { OPERATION_RECORD_DAYS, operationId } from "../tenant/operation-record.ts";
import type { OperationOutcome, OperationRecord } from "../tenant/operation-record.ts";
import { withoutPersonalData } from "../tenant/personal-data.ts";
import { addSeconds, currentOperation, isSettled } from "../tenant/tenant.ts";
import type { Operation, Status, Tenant } from "../tenant/tenant.ts";
import type { JobReport } from "./decision.ts";
import { firstDifference } from "./difference.ts";

/** What is written of a record of the history; what is not named stays. */
export interface OperationWrite {
  id: string;
  fields: Partial<OperationRecord>;
}

/** A Job whose log was read: one that has ended, with what is left of it, or one that works, with what there is of it. */
export interface SeenJob {
  generation: number;
  attempt: number;
  report: JobReport;
}

/** An attempt without an outcome. */
type Attempt = Pick<OperationRecord, "generation" | "attempt" | "kind" | "slot_at">;

/** What the history holds of a tenant that has just been asked for. */
export function historyOfNew(tenant: Tenant): OperationWrite[] {
  return openAttempts(tenant).map((attempt) => opened(attempt, tenant));
}

/** What changes in the history when a tenant's record does, or when there is news of a Job that works. */
export function historyOfChange(
  before: Tenant,
  after: Tenant,
  seen: SeenJob | null,
): OperationWrite[] {
  const [were, are] = [openAttempts(before), openAttempts(after)];
  const isAmong = (attempts: Attempt[], one: Attempt) =>
    attempts.some((other) => isSame(one, other));
  return [
    ...were.filter((one) => !isAmong(are, one)).map((one) => closed(one, after, seen)),
    ...are.filter((one) => !isAmong(were, one)).map((one) => opened(one, after)),
    ...are
      .filter((one) => were.some((was) => isSame(one, was) && was.slot_at === null))
      .filter(({ slot_at }) => slot_at !== null)
      .map((one) => begun(one, after)),
    ...are
      .filter((one) => isAmong(were, one))
      .flatMap((one) => (isOf(seen, one) ? atWork(one, after, seen) : [])),
  ];
}

/** What changes in the history when a deletion ends and the record goes. */
export function historyOfGone(tenant: Tenant, now: Date): OperationWrite[] {
  const gone = { ...tenant, updated_at: now };
  return openAttempts(tenant).map((attempt) => closed(attempt, gone, null));
}

/**
 * The attempts of a tenant that have no outcome: the current one or, where the newest command has not begun, its first
 * one, and the one that it overtakes for as long as that holds a slot.
 */
function openAttempts(tenant: Tenant): Attempt[] {
  const { spec, status } = tenant;
  if (isSettled(tenant)) return [];
  const current = currentOperation(tenant);
  if (current !== null) return [toAttempt(current)];
  const { operation } = status;
  const kind = firstDifference(tenant)?.kind ?? null;
  const first = { generation: spec.generation, attempt: 1, kind, slot_at: null };
  return operation === null || operation.slot === null ? [first] : [toAttempt(operation), first];
}

function toAttempt({ generation, attempt, kind, slot_at }: Operation): Attempt {
  return { generation, attempt, kind, slot_at };
}

function isSame(one: Attempt, other: Attempt): boolean {
  return one.generation === other.generation && one.attempt === other.attempt;
}

function opened(attempt: Attempt, tenant: Tenant): OperationWrite {
  const { requested_at, requested_by } = tenant.spec;
  return toWrite(attempt, tenant, {
    state: attempt.slot_at === null ? "queued" : "running",
    requested_by: requested_by.name,
    request_id: requested_by.request_id,
    request_reason: withoutPersonalData(requested_by.reason, tenant.profile),
    created_at: attempt.attempt === 1 ? requested_at : tenant.updated_at,
    job_at: null,
    running_at: null,
    ended_at: null,
    steps: [],
    outcome: null,
    log: null,
  });
}

function begun(attempt: Attempt, tenant: Tenant): OperationWrite {
  return toWrite(attempt, tenant, { state: "running" });
}

/** What there is of a Job that works, as far as it has come. */
function atWork(attempt: Attempt, tenant: Tenant, { report }: SeenJob): OperationWrite {
  return toWrite(attempt, tenant, traceOf(report, tenant));
}

/** Of a Job of which nothing is left, the record keeps what was seen while it worked. */
function closed(attempt: Attempt, tenant: Tenant, seen: SeenJob | null): OperationWrite {
  const report = isOf(seen, attempt) ? seen.report : null;
  return toWrite(attempt, tenant, {
    ...endOf(attempt, tenant),
    ended_at: report?.endedAt ?? tenant.updated_at,
    ...(report && traceOf(report, tenant)),
  });
}

/** Whether a Job is the attempt's. */
function isOf(seen: SeenJob | null, { generation, attempt }: Attempt): seen is SeenJob {
  return seen?.generation === generation && seen.attempt === attempt;
}

/** What a Job leaves in the history. */
function traceOf(
  { createdAt, runningAt, steps, log }: JobReport,
  { profile }: Tenant,
): Pick<OperationRecord, "job_at" | "running_at" | "steps" | "log"> {
  return {
    job_at: createdAt,
    running_at: runningAt,
    steps,
    log: withoutPersonalData(log, profile),
  };
}

/** How an attempt has ended, by what the record says now. */
function endOf(
  { generation, kind }: Attempt,
  { spec, status, profile }: Tenant,
): Pick<OperationRecord, "state" | "outcome"> {
  if (generation < spec.generation) return { state: "superseded", outcome: null };
  const failure = failureOf(kind, status);
  if (failure !== null) {
    const { step, reason, message, retryable } = failure;
    const outcome = { step, reason, message: withoutPersonalData(message, profile), retryable };
    return { state: "failed", outcome };
  }
  // Where success is not the plain one, the reason says so.
  const { reason } = status;
  const outcome: OperationOutcome | null =
    reason === null ? null : { step: null, reason, message: null, retryable: null };
  return { state: "succeeded", outcome };
}

/** What the record says of a failure; null where nothing has failed. */
function failureOf(kind: string | null, status: Status): OperationOutcome | null {
  const { ownFailure, setRight } = kind === null ? {} : definitionOf(kind);
  if (ownFailure !== undefined) return ownFailure.read(status);
  const givenUp = setRight?.read(status) ?? null;
  if (givenUp !== null) return givenUp;
  const { step, reason, message, retryable } = status;
  return status.condition === "failed" ? { step, reason, message, retryable } : null;
}

function toWrite(
  { generation, attempt, kind, slot_at }: Attempt,
  { id: tenant_id, updated_at }: Tenant,
  fields: Partial<OperationRecord>,
): OperationWrite {
  const expires_at = addSeconds(updated_at, OPERATION_RECORD_DAYS * 24 * 3600);
  return {
    id: operationId(tenant_id, generation, attempt),
    fields: { tenant_id, generation, attempt, kind, slot_at, ...fields, expires_at },
  };
}
