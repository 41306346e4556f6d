/**
 * Mistakes that the exploration must find: one decision, one command or one request of the real code done wrong, or one
 * promise of an adapter broken. What finds none of them has no teeth.
 *
 * @module
 */
import { definitionOf } from "../../shared/operations/registry.ts";
import { countedAttempts } from "../../shared/reconciler/attempts.ts";
import { decide } from "../../shared/reconciler/decide.ts";
import { act } from "../../shared/reconciler/decision.ts";
import type { Observed } from "../../shared/reconciler/decision.ts";
import { reconcile } from "../../shared/reconciler/reconcile.ts";
import { applyCommand } from "../../shared/tenant/commands.ts";
import { claimStandby } from "../../shared/tenant/standby.ts";
import { heldSubdomains, wantedNames } from "../../shared/tenant/site-names.ts";
import { isDeleted, isSettled, newTenant, withChanges } from "../../shared/tenant/tenant.ts";
import type { Operation, StatusChanges, Tenant } from "../../shared/tenant/tenant.ts";
import { withParts } from "../testkit/tenant-parts.ts";
import {
  BLOCKERS,
  CRASHES,
  FAILURES,
  NAME,
  OUTAGE,
  POOL,
  QUEUE,
  RENAMES,
  RETENTION,
  SLOT,
  STALLS,
} from "./exploration-scenarios.ts";
import type { Code } from "./explored-steps.ts";
import { deciding, instead, intercepted, recording, requesting, seeing } from "./mutated-code.ts";
import type { Mutation } from "./mutated-code.ts";
import { COPY_MUTATIONS } from "./copy-mutations.ts";
import { MIGRATION_MUTATIONS } from "./migration-mutations.ts";
import { RESTORE_MUTATIONS } from "./restore-mutations.ts";
import { TEST_MUTATIONS } from "./test-mutations.ts";
import { UPGRADE_MUTATIONS } from "./upgrade-mutations.ts";
import type { Guarantees } from "./model.ts";

const withOperation = ({ tenant, job }: Observed, change: Partial<Operation>): Observed => {
  const { operation } = tenant.status;
  if (operation === null) return { tenant, job };
  const status = { operation: { ...operation, ...change } };
  return { tenant: withChanges(tenant, { status }), job };
};

/** A creation alone: enough to see what an outage costs. */
const OUTAGE_OF_A_CREATION = { ...OUTAGE, budget: { ...OUTAGE.budget, commands: 1 } };

/** Time alone: enough to see what becomes of an overdue attempt. */
const SLOT_IN_TIME = { ...SLOT, budget: { ...SLOT.budget, crashes: 0, failures: 0 } };

/** Commands alone: enough to see what becomes of who is deleted and comes back. */
const QUIET_RETENTION = { ...RETENTION, budget: { ...RETENTION.budget, crashes: 0, failures: 0 } };

const NO_SLOT = { slot: null, slot_at: null, deadline_at: null };

const END_DELETION = act("SiteIsDropped", [{ do: "deleteSecret" }, { do: "endDeletion" }]);

/** What is recorded of a failed attempt when the command is given up. */
function givenUp(changes: StatusChanges, operation: Operation): StatusChanges {
  return {
    ...changes,
    ...definitionOf(operation.kind).statusWhenGivenUp,
    operation: { ...operation, ...NO_SLOT },
    observed_generation: operation.generation,
  };
}

const isDelete = (command: Parameters<typeof applyCommand>[1]): boolean =>
  typeof command === "object" && command.name === "delete";

const isOvertaken = ({ spec, status }: Tenant): boolean =>
  status.operation !== null && status.operation.generation < spec.generation;

export const MUTATIONS: Mutation[] = [
  {
    name: "a record is written whatever has become of it since it was read",
    scenario: STALLS,
    guarantees: { writeInsistsOnVersion: false },
    breaks: "who is to go, and only who, is going",
  },
  {
    name: "a Job is deleted with Background",
    scenario: STALLS,
    guarantees: { deletion: "background" },
    breaks: "no Job works while the Pod of an older one is there",
  },
  {
    name: "a slot that is taken is taken for one's own",
    scenario: QUEUE,
    guarantees: { claimIsExclusive: false },
    breaks: "a tenant's slot is its own",
  },
  {
    name: "the site scripts skip the fence",
    scenario: STALLS,
    guarantees: { isFenced: false },
    breaks: "a name is free only when nothing leads by it",
  },
  {
    name: "a new tenant is stored without a next reconcile",
    scenario: CRASHES,
    code: {
      newTenant: (asked, now) =>
        withParts(newTenant(asked, now), { status: { next_reconcile_at: null } }),
    },
    breaks: "every command has an outcome",
  },
  {
    name: "a command is stored without a next reconcile",
    scenario: CRASHES,
    code: {
      applyCommand: (tenant, command, issued) => {
        const effect = applyCommand(tenant, command, issued);
        if (effect.outcome !== "changed") return effect;
        const status = { ...effect.changes.status, next_reconcile_at: null };
        return { ...effect, changes: { ...effect.changes, status } };
      },
    },
    breaks: "every command has an outcome",
  },
  {
    name: "a trigger is done with before a next reconcile is written",
    scenario: CRASHES,
    code: requesting((request) => {
      if (request.io !== "writeTenant") return { request };
      const { status = {} } = request.changes;
      const isNextOnly = Object.keys(status).join() === "next_reconcile_at";
      if (isNextOnly) return { result: request.stored };
      const changes = { ...request.changes, status: { ...status, next_reconcile_at: null } };
      return { request: { ...request, changes } };
    }),
    breaks: "who is to go is gone",
  },
  {
    name: "a Job is deleted before its outcome is recorded",
    scenario: STALLS,
    code: instead((decision, { job }) =>
      job !== null && ["JobSucceeded", "JobFailed", "AttemptFailed"].includes(decision.reason)
        ? act("JobHasEnded", [{ do: "deleteJob", uid: job.uid }])
        : decision,
    ),
    breaks: "everything comes to rest",
  },
  {
    name: "a Job that still works is taken for one that succeeded",
    scenario: STALLS,
    code: seeing(({ tenant, job }) => ({
      tenant,
      job: job && { ...job, outcome: job.outcome ?? { result: "succeeded", reason: null } },
    })),
    breaks: "active means verified",
  },
  {
    name: "an older Job's outcome is taken for the operation's own",
    scenario: STALLS,
    code: seeing(({ tenant, job }) => {
      const { operation } = tenant.status;
      if (isSettled(tenant) || isOvertaken(tenant)) return { tenant, job };
      if (operation === null || !job?.outcome) return { tenant, job };
      const { generation, attempt } = operation;
      return { tenant, job: { ...job, generation, attempt } };
    }),
    breaks: "a name is free only when nothing leads by it",
  },
  {
    name: "a deletion skips the drop whenever there is no Job",
    scenario: STALLS,
    code: instead((decision, { tenant, job }) =>
      tenant.spec.state === "absent" && job === null ? END_DELETION : decision,
    ),
    breaks: "no slot is taken by a tenant that does not know of it",
  },
  {
    name: "the record goes while the drop's Job is still there",
    scenario: STALLS,
    code: seeing(({ tenant, job }) => ({ tenant, job: isSettled(tenant) ? null : job })),
    breaks: "everything comes to rest",
  },
  {
    name: "an overtaken operation gives its slot back while its Job still works",
    scenario: STALLS,
    code: seeing((observed) =>
      isOvertaken(observed.tenant) ? withOperation(observed, NO_SLOT) : observed,
    ),
    breaks: "who has a slot does not wait",
  },
  {
    name: "an outcome is recorded and the slot is kept",
    scenario: STALLS,
    code: requesting((request) =>
      request.io === "writeTenant" ? { request: { ...request, freedSlot: null } } : { request },
    ),
    breaks: "no slot is taken by a tenant that does not know of it",
  },
  {
    name: "an overdue attempt gives its slot back while its Job still works",
    scenario: SLOT_IN_TIME,
    code: deciding((observed, now, settings) => {
      const decision = decide(observed, now, settings);
      const isOver = decision.reason === "DeadlineExceeded";
      return isOver ? decide({ ...observed, job: null }, now, settings) : decision;
    }),
    breaks: "no more Jobs work than there are slots",
  },
  {
    name: "who has taken a place in the queue does not look once more",
    scenario: QUEUE,
    code: {
      reconcile: (tenantId, settings) => {
        let isQueued = false;
        return intercepted(reconcile(tenantId, settings), (request) => {
          if (isQueued && request.io === "readSlots") return "end";
          if (request.io === "writeTenant" && request.changes.status?.queue_key) isQueued = true;
          return { request };
        });
      },
    },
    breaks: "nobody waits while a slot is free",
  },
  {
    name: "nobody triggers the next in the queue",
    scenario: QUEUE,
    code: requesting((request) =>
      request.io === "triggerNextInQueue" ? { result: undefined } : { request },
    ),
    breaks: "nobody waits while a slot is free",
  },
  {
    name: "a failed attempt is not tried again",
    scenario: FAILURES,
    code: recording((changes, operation, { reason }) =>
      reason === "AttemptFailed" && operation.kind !== "drop"
        ? givenUp(changes, operation)
        : changes,
    ),
    breaks: "what may succeed is tried again",
  },
  {
    name: "an outage of what all share costs an attempt",
    scenario: OUTAGE_OF_A_CREATION,
    code: deciding((observed, now, settings) => {
      const { job } = observed;
      if (job?.outcome?.result !== "failed") return decide(observed, now, settings);
      const { isOutage: _, ...outcome } = job.outcome;
      return decide({ ...observed, job: { ...job, outcome } }, now, settings);
    }),
    breaks: "an outage gives nobody up before an hour",
  },
  {
    name: "an outage is waited for without end",
    scenario: OUTAGE_OF_A_CREATION,
    code: deciding((observed, now, settings) => {
      const { outage } = observed.tenant.status.operation ?? {};
      const { outcome } = observed.job ?? {};
      const isMet = outcome?.result === "failed" && outcome.isOutage;
      if (!outage || !isMet) return decide(observed, now, settings);
      const fresh = withOperation(observed, { outage: { ...outage, since: now } });
      const decision = decide(fresh, now, settings);
      const recorded = decision.changes?.operation?.outage;
      if (recorded?.since) recorded.since = outage.since ?? now;
      return decision;
    }),
    breaks: "an outage that lasts costs attempts",
  },
  {
    name: "a drop is given up",
    scenario: FAILURES,
    code: recording((changes, operation, { reason }) => {
      const isDrop = reason === "AttemptFailed" && operation.kind === "drop";
      const isOver = changes.retryable === false || countedAttempts(operation) >= 3;
      return isDrop && isOver ? givenUp(changes, operation) : changes;
    }),
    breaks: "a name is free only when nothing leads by it",
  },
  {
    name: "a retry does not begin a new generation",
    scenario: FAILURES,
    code: {
      applyCommand: (tenant, command, issued) => {
        const effect = applyCommand(tenant, command, issued);
        if (effect.outcome !== "changed") return effect;
        const spec = { ...effect.changes.spec, generation: tenant.spec.generation };
        return { ...effect, changes: { ...effect.changes, spec } };
      },
    },
    breaks: "only a caller changes what is asked for",
  },
  {
    name: "a suspended tenant is called active",
    scenario: STALLS,
    code: recording((changes) =>
      changes.phase === "suspended" ? { ...changes, phase: "active" } : changes,
    ),
    breaks: "the command is carried out",
  },
  {
    name: "an attempt that nobody can help gives its slot back while its Job is there",
    scenario: BLOCKERS,
    code: instead((decision, { tenant: { status } }, now) => {
      const { operation } = status;
      if (decision.reason !== "SetUpFails" || operation === null) return decision;
      const next = { ...operation, ...NO_SLOT, attempt: operation.attempt + 1, started_at: now };
      return { ...decision, changes: { ...decision.changes, operation: next } };
    }),
    breaks: "no more Jobs work than there are slots",
  },
  {
    name: "an attempt that nobody can help is ended without its time being over",
    scenario: BLOCKERS,
    code: recording((changes, operation, { reason }) =>
      reason === "SetUpFails" ? { ...changes, operation: { ...operation, ...NO_SLOT } } : changes,
    ),
    breaks: "the history has what is under way, and no more",
  },
  {
    name: "that a slot was taken is told to nobody",
    scenario: STALLS,
    guarantees: { told: (told) => (told.event?.data.step ? { ...told, event: null } : told) },
    breaks: "the newest event says what is so",
  },
  {
    name: "the end of a deletion is told to nobody",
    scenario: STALLS,
    guarantees: {
      told: (told) => (told.event?.type === "deleted" ? { ...told, event: null } : told),
    },
    breaks: "the last that is told of a tenant is that it is deleted",
  },
  {
    name: "an event is told that was not written",
    scenario: STALLS,
    guarantees: {
      told: (told) =>
        told.event?.type === "active"
          ? { ...told, event: { ...told.event, data: { ...told.event.data, reason: "Other" } } }
          : told,
    },
    breaks: "the newest event says what is so",
  },
  {
    name: "the history forgets an attempt that is overtaken",
    scenario: STALLS,
    guarantees: {
      told: (told) => ({
        ...told,
        operations: told.operations.filter(({ fields }) => fields.state !== "superseded"),
      }),
    },
    breaks: "the history has what is under way, and no more",
  },
  {
    name: "a new name is the tenant's without being reserved",
    scenario: RENAMES,
    guarantees: { named: (names) => ({ ...names, reserved: [] }) },
    breaks: "a tenant holds its name",
  },
  {
    name: "a former name stays reserved when it is forgotten",
    scenario: RENAMES,
    guarantees: { named: (names) => ({ ...names, released: [] }) },
    breaks: "no name is reserved for nobody",
  },
  {
    name: "a former name is free as soon as nobody asks for it, while it still leads to the site",
    scenario: RENAMES,
    guarantees: {
      named: (names, before, after) => ({
        ...names,
        released: wantedNames(before.spec).former_subdomains.filter(
          (name) => !wantedNames(after.spec).former_subdomains.includes(name),
        ),
      }),
    },
    breaks: "a tenant holds its name",
  },
  {
    name: "a rename that still works is taken for one that succeeded",
    scenario: RENAMES,
    code: seeing(({ tenant, job }) => ({
      tenant,
      job:
        job?.kind === "rename"
          ? { ...job, outcome: job.outcome ?? { result: "succeeded", reason: null } }
          : job,
    })),
    breaks: "active means verified",
  },
  {
    name: "a rename that gives up is taken for one that succeeded",
    scenario: RENAMES,
    code: seeing(({ tenant, job }) => ({
      tenant,
      job:
        job?.kind === "rename" && job.outcome !== null
          ? { ...job, outcome: { result: "succeeded", reason: null } }
          : job,
    })),
    breaks: "the site is as the record says",
  },
  {
    name: "two POSTs get the same standby",
    scenario: POOL,
    guarantees: { givingInsistsOnVersion: false },
    breaks: "a standby is given to one customer",
  },
  {
    name: "the standby is dropped as too old while it is claimed",
    scenario: POOL,
    guarantees: { droppingInsistsOnVersion: false },
    breaks: "the pool drops what is nobody's",
  },
  {
    name: "the name is reserved and nobody has it",
    scenario: POOL,
    guarantees: { givingIsAtomic: false },
    breaks: "no name is reserved for nobody",
  },
  {
    name: "a standby that was given may still be taken",
    scenario: POOL,
    code: {
      claimStandby: (standby, asked, now) => {
        const changes = claimStandby(standby, asked, now);
        const { standby_key } = standby.status;
        return { ...changes, status: { ...changes.status, standby_key } };
      },
    },
    breaks: "what may be taken is nobody's",
  },
  {
    name: "a site is given without being claimed",
    scenario: POOL,
    code: {
      claimStandby: (standby, asked, now) => {
        const changes = claimStandby(standby, asked, now);
        const { site } = standby.status;
        const { subdomain } = asked;
        const named = site && { ...site, subdomain, host: `${subdomain}.kairos.app` };
        return { ...changes, status: { ...changes.status, site: named } };
      },
    },
    breaks: "visitors reach the site by some name",
  },
  {
    name: "a claim is carried out under the standby's own generation",
    scenario: POOL,
    code: {
      claimStandby: (standby, asked, now) => {
        const changes = claimStandby(standby, asked, now);
        const { generation } = standby.spec;
        return { ...changes, spec: { ...changes.spec, generation } };
      },
    },
    breaks: "only a caller changes what is asked for",
  },
  {
    name: "the end of a retention deletes for good who was brought back",
    scenario: QUIET_RETENTION,
    guarantees: { purgingInsistsOnVersion: false },
    breaks: "who came back is not deleted for good",
  },
  {
    name: "the name of who is deleted is free before the site is dropped",
    scenario: QUIET_RETENTION,
    guarantees: {
      named: (names, _before, after) =>
        isDeleted(after) ? { ...names, released: heldSubdomains(after) } : names,
    },
    breaks: "a tenant holds its name",
  },
  {
    name: "a retention that still works is taken for one that succeeded",
    scenario: QUIET_RETENTION,
    code: seeing(({ tenant, job }) => ({
      tenant,
      job:
        job?.kind === "retain"
          ? { ...job, outcome: job.outcome ?? { result: "succeeded", reason: null } }
          : job,
    })),
    breaks: "who is deleted is behind the fence",
  },
  {
    name: "a suspended tenant that comes back is opened",
    scenario: QUIET_RETENTION,
    code: {
      applyCommand: (tenant, command, issued) => {
        const effect = applyCommand(tenant, command, issued);
        if (command !== "undelete" || effect.outcome !== "changed") return effect;
        const spec = { ...effect.changes.spec, state: "present" as const };
        return { ...effect, changes: { ...effect.changes, spec } };
      },
    },
    breaks: "who comes back is to be as before",
  },
  {
    name: "who comes back is not opened, for it was open before",
    scenario: QUIET_RETENTION,
    code: {
      applyCommand: (tenant, command, issued) => {
        const effect = applyCommand(tenant, command, issued);
        const { site } = tenant.status;
        if (effect.outcome !== "changed" || site === null || !isDelete(command)) return effect;
        const status = { ...effect.changes.status, site };
        return { ...effect, changes: { ...effect.changes, status } };
      },
    },
    breaks: "the command is carried out",
  },
  {
    name: "who is deleted again before they were back is taken to be closed still",
    scenario: QUIET_RETENTION,
    code: {
      applyCommand: (tenant, command, issued) => {
        const effect = applyCommand(tenant, command, issued);
        const { site } = tenant.status;
        if (effect.outcome !== "changed" || command !== "undelete") return effect;
        const status = { ...effect.changes.status, site };
        return { ...effect, changes: { ...effect.changes, status } };
      },
    },
    breaks: "the command is carried out",
  },
  {
    name: "who is deleted and can come back goes",
    scenario: QUIET_RETENTION,
    code: instead((decision, { tenant, job }) =>
      isDeleted(tenant) && job === null ? END_DELETION : decision,
    ),
    breaks: "a name is free only when nothing leads by it",
  },
  {
    name: "a retention is given up",
    scenario: RETENTION,
    code: recording((changes, operation, { reason }) =>
      reason === "AttemptFailed" && operation.kind === "retain"
        ? givenUp(changes, operation)
        : changes,
    ),
    breaks: "what may succeed is tried again",
  },
  {
    name: "that a tenant is deleted is told only when nothing is left of it",
    scenario: QUIET_RETENTION,
    guarantees: {
      told: (told) =>
        told.operations.some(({ fields }) => fields.kind === "retain") &&
        told.event?.type === "deleted"
          ? { ...told, event: null }
          : told,
    },
    breaks: "the last that is told of who is deleted is that it is",
  },
  {
    name: "a tenant that is settled goes",
    scenario: NAME,
    code: instead((decision) => (decision.reason === "Settled" ? END_DELETION : decision)),
    breaks: "a name is free only when nothing leads by it",
  },
  ...RESTORE_MUTATIONS,
  ...MIGRATION_MUTATIONS,
  ...COPY_MUTATIONS,
  ...TEST_MUTATIONS,
  ...UPGRADE_MUTATIONS,
];

/** The code and the adapters' promises with the mistake in them. */
export function mutate(mutation: Mutation, real: { code: Code; guarantees: Guarantees }) {
  return {
    code: { ...real.code, ...mutation.code },
    guarantees: { ...real.guarantees, ...mutation.guarantees },
  };
}
