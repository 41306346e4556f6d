/**
 * The real code with a mistake in it: how mutations change what it sees, decides, records and asks for.
 *
 * @module
 */
import { decide } from "../../shared/reconciler/decide.ts";
import type { Decision, JobOutcome, Observed } from "../../shared/reconciler/decision.ts";
import type { IoRequest, Reconciling } from "../../shared/reconciler/ports.ts";
import { reconcile } from "../../shared/reconciler/reconcile.ts";
import type { Operation, StatusChanges, Tenant } from "../../shared/tenant/tenant.ts";
import type { Code, Scenario } from "./explored-steps.ts";
import type { Guarantees } from "./model.ts";

export interface Mutation {
  name: string;
  scenario: Scenario;
  guarantees?: Partial<Guarantees>;
  code?: Partial<Code>;
  /** The rule that must be found broken. */
  breaks: string;
}

type Decide = typeof decide;

/** The code with another way to decide. */
export const deciding = (decideNext: Decide): Partial<Code> => ({
  reconcile: (tenantId, settings) => reconcile(tenantId, settings, decideNext),
});

/** Decides on something else than what is there. */
export const seeing = (see: (observed: Observed, now: Date) => Observed): Partial<Code> =>
  deciding((observed, now, settings) => decide(see(observed, now), now, settings));

/** Changes what was decided. */
export const instead = (
  change: (decision: Decision, observed: Observed, now: Date) => Decision,
): Partial<Code> =>
  deciding((observed, now, settings) => change(decide(observed, now, settings), observed, now));

/** Changes what the status becomes, where there is an operation. */
export const recording = (
  change: (changes: StatusChanges, operation: Operation, decision: Decision) => StatusChanges,
): Partial<Code> =>
  instead((decision, { tenant: { status } }) =>
    decision.changes === null || status.operation === null
      ? decision
      : { ...decision, changes: change(decision.changes, status.operation, decision) },
  );

/** A request as it goes on, or what it is answered with at once. */
type Intercepted = { request: IoRequest } | { result: unknown } | "end";

/** The code with other requests. */
export const requesting = (intercept: (request: IoRequest) => Intercepted): Partial<Code> => ({
  reconcile: (tenantId, settings) => intercepted(reconcile(tenantId, settings), intercept),
});

export function* intercepted<T>(
  steps: Reconciling<T>,
  intercept: (request: IoRequest) => Intercepted,
): Reconciling<T> {
  let step = steps.next();
  while (!step.done) {
    const other = intercept(step.value);
    if (other === "end") return undefined as T;
    step = steps.next("request" in other ? yield other.request : other.result);
  }
  return step.value;
}

export const SUCCEEDED: JobOutcome = { result: "succeeded", reason: null };

/** Jobs of this kind that have failed are taken for some that succeeded. */
export const believing = (kind: string): Partial<Code> =>
  seeing(({ tenant, job }) => ({
    tenant,
    job: job?.kind === kind && job.outcome !== null ? { ...job, outcome: SUCCEEDED } : job,
  }));

/** Jobs of this kind are made of another record. */
export const making = (kind: string, change: (tenant: Tenant) => Tenant): Partial<Code> =>
  requesting((request) =>
    request.io === "createJob" && request.operation.kind === kind
      ? { request: { ...request, tenant: change(request.tenant) } }
      : { request },
  );
