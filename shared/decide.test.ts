import { suite } from "uvu";
import * as assert from "uvu/assert";
import { decide, dropPauseSeconds } from "./decide.ts";
import type { Decision, Job, Observed } from "./decide.ts";
import { newTenant, wishAbsent } from "./tenant.ts";
import type { Operation, Tenant } from "./tenant.ts";

const test = suite("decide");

const NOW = new Date("2026-11-24T12:00:00Z");
const SETTINGS = { baseDomain: "kairos.app" };

const queued = newTenant(
  {
    id: "0c16443d-3d8e-4c0d-b43c-ac1174140611",
    wishId: "w1",
    organization: "Acme",
    subdomain: "acme",
    email: "a@acme.example",
  },
  NOW,
);
const create: Operation = { kind: "create", generation: 1, attempt: 1, started_at: NOW };
const provisioning: Tenant = {
  ...queued,
  status: "provisioning",
  step: "create",
  operation: create,
};
const active: Tenant = {
  ...provisioning,
  status: "active",
  step: null,
  observed_generation: 1,
  site_url: "https://acme.kairos.app",
};
const failed: Tenant = { ...provisioning, status: "failed", observed_generation: 1 };

const unwanted = (tenant: Tenant): Tenant => ({ ...tenant, ...wishAbsent(tenant, "w2", NOW) });
const drop: Operation = { kind: "drop", generation: 2, attempt: 1, started_at: NOW };
const dropping: Tenant = { ...unwanted(active), operation: drop };
const dropped: Tenant = { ...dropping, observed_generation: 2 };

const job = (operation: Operation, more: Partial<Job> = {}): Job => ({
  uid: "u1",
  kind: operation.kind,
  generation: operation.generation,
  attempt: operation.attempt,
  terminating: false,
  outcome: null,
  ...more,
});
const SUCCEEDED: Partial<Job> = { outcome: { result: "succeeded", reason: null } };
const FAILED: Partial<Job> = {
  outcome: {
    result: "failed",
    step: "new-site",
    reason: "BackoffLimitExceeded",
    message: "no disk",
    retryable: true,
  },
};

/** What is expected, with only the parts that matter to the case. */
type Expected = Partial<Decision>;

const NOTHING: Expected = { changes: null, actions: [] };
const SETTLED: Expected = { ...NOTHING, again: false, recheckAfterSeconds: null };
const WAIT: Expected = { ...NOTHING, again: false, recheckAfterSeconds: 60 };
const REMOVE_JOB: Expected = {
  changes: null,
  actions: [{ do: "deleteJob", uid: "u1" }],
  again: true,
};
const FAILURE = {
  step: "new-site",
  reason: "BackoffLimitExceeded",
  error_message: "no disk",
  retryable: true,
};
const CLEARED = { step: null, reason: null, error_message: null, retryable: null };
const SECRET = { do: "createSecret" } as const;

const cases: [sentence: string, observed: Observed, expected: Expected][] = [
  [
    "a new tenant's operation is recorded together with the wish for its Job",
    { tenant: queued, job: null },
    {
      changes: { operation: create, status: "provisioning", step: "create" },
      actions: [SECRET, { do: "createJob", operation: create }],
    },
  ],
  [
    "a Job that is missing is made again, since the scripts prove before they act",
    { tenant: provisioning, job: null },
    { changes: null, actions: [SECRET, { do: "createJob", operation: create }], again: false },
  ],
  ["a Job that works is left alone", { tenant: provisioning, job: job(create) }, WAIT],
  [
    "success makes the tenant active, and the Job is not deleted before that is recorded",
    { tenant: provisioning, job: job(create, SUCCEEDED) },
    {
      changes: {
        ...CLEARED,
        observed_generation: 1,
        status: "active",
        site_url: "https://acme.kairos.app",
      },
      actions: [],
      again: true,
    },
  ],
  [
    "failure makes the tenant failed, in the Job's own words",
    { tenant: provisioning, job: job(create, FAILED) },
    { changes: { ...FAILURE, observed_generation: 1, status: "failed" }, actions: [], again: true },
  ],
  [
    "the Job of a recorded success is deleted",
    { tenant: active, job: job(create, SUCCEEDED) },
    REMOVE_JOB,
  ],
  [
    "the Job of a recorded failure is deleted",
    { tenant: failed, job: job(create, FAILED) },
    REMOVE_JOB,
  ],
  ["an active tenant without a Job is settled", { tenant: active, job: null }, SETTLED],
  ["a failed tenant without a Job is settled", { tenant: failed, job: null }, SETTLED],
  [
    "a Job that is being deleted is waited for, and never read as an outcome",
    { tenant: provisioning, job: job(create, { ...SUCCEEDED, terminating: true }) },
    WAIT,
  ],
  [
    "a Job of a newer generation is left to whoever wrote that",
    { tenant: provisioning, job: job(drop) },
    WAIT,
  ],
  ["even if what was read of the tenant looks settled", { tenant: active, job: job(drop) }, WAIT],
  [
    "a Job of a newer attempt is left to whoever wrote that",
    { tenant: dropping, job: job({ ...drop, attempt: 2 }, SUCCEEDED) },
    WAIT,
  ],
  [
    "a tenant that nothing was ever made of goes without a drop",
    { tenant: unwanted(queued), job: null },
    { changes: null, actions: [{ do: "deleteSecret" }, { do: "endDeletion" }] },
  ],
  [
    "a site that may exist is dropped by a Job",
    { tenant: unwanted(active), job: null },
    {
      changes: { operation: drop, status: "deleting", step: "drop" },
      actions: [{ do: "createJob", operation: drop }],
    },
  ],
  [
    "a failed creation is dropped as well, for it may have left something",
    { tenant: unwanted(failed), job: null },
    {
      changes: { operation: drop, status: "deleting", step: "drop" },
      actions: [{ do: "createJob", operation: drop }],
    },
  ],
  [
    "while the creation's Job holds the name, no drop is made",
    { tenant: unwanted(provisioning), job: job(create) },
    { changes: { operation: drop, status: "deleting", step: "drop" }, actions: [], again: true },
  ],
  ["then the creation's Job is removed", { tenant: dropping, job: job(create) }, REMOVE_JOB],
  [
    "a creation that succeeds too late makes nothing active",
    { tenant: dropping, job: job(create, SUCCEEDED) },
    REMOVE_JOB,
  ],
  [
    "and its Pods are waited for",
    { tenant: dropping, job: job(create, { terminating: true }) },
    WAIT,
  ],
  [
    "a drop that succeeded is recorded before its Job is deleted",
    { tenant: dropping, job: job(drop, SUCCEEDED) },
    { changes: { ...CLEARED, observed_generation: 2 }, actions: [], again: true },
  ],
  [
    "a drop that found somebody else's site is recorded with that reason",
    {
      tenant: dropping,
      job: job(drop, { outcome: { result: "succeeded", reason: "SiteNotOurs" } }),
    },
    { changes: { ...CLEARED, reason: "SiteNotOurs", observed_generation: 2 }, actions: [] },
  ],
  ["then its Job is deleted", { tenant: dropped, job: job(drop, SUCCEEDED) }, REMOVE_JOB],
  [
    "the record goes only when the Job is gone",
    { tenant: dropped, job: job(drop, { ...SUCCEEDED, terminating: true }) },
    WAIT,
  ],
  [
    "and when it is gone, Secret, record and reservation go",
    { tenant: dropped, job: null },
    { changes: null, actions: [{ do: "deleteSecret" }, { do: "endDeletion" }] },
  ],
  [
    "a drop that failed says why, stays deleting and is tried again after a pause",
    { tenant: dropping, job: job(drop, FAILED) },
    {
      changes: {
        ...FAILURE,
        operation: { ...drop, attempt: 2, started_at: new Date("2026-11-24T12:00:30Z") },
      },
      actions: [],
      again: true,
    },
  ],
  [
    "the failed attempt's Job is removed meanwhile",
    { tenant: { ...dropping, operation: { ...drop, attempt: 2 } }, job: job(drop, FAILED) },
    REMOVE_JOB,
  ],
  [
    "in the pause nothing is made",
    {
      tenant: {
        ...dropping,
        operation: { ...drop, attempt: 2, started_at: new Date("2026-11-24T12:00:25Z") },
      },
      job: null,
    },
    { ...NOTHING, again: false, recheckAfterSeconds: 25 },
  ],
];

for (const [sentence, observed, expected] of cases) {
  test(sentence, () => {
    const decision = decide(observed, NOW, SETTINGS);
    const relevant = Object.fromEntries(
      Object.keys(expected).map((key) => [key, decision[key as keyof Decision]]),
    );
    assert.equal(relevant, expected);
  });
}

test("only a settled tenant is not looked at again", () => {
  for (const [, observed] of cases) {
    const { recheckAfterSeconds, because } = decide(observed, NOW, SETTINGS);
    assert.is(recheckAfterSeconds === null, because === "Settled");
  }
});

test("the pause between drops grows to a quarter of an hour and no further", () => {
  assert.equal([1, 2, 3, 6, 7, 50].map(dropPauseSeconds), [30, 60, 120, 900, 900, 900]);
});

test.run();
