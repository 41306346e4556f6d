/**
 * Mistakes about upgrades that the exploration must find.
 *
 * @module
 */
import type { Decision } from "../../shared/reconciler/decision.ts";
import type { Operation, StatusChanges, Tenant } from "../../shared/tenant/tenant.ts";
import { withChanges } from "../../shared/tenant/tenant.ts";
import { UPGRADE_BACKUPS, UPGRADE_COMMANDS, UPGRADES } from "./exploration-scenarios.ts";
import { believing, instead, making, seeing } from "./mutated-code.ts";
import type { Mutation } from "./mutated-code.ts";

/** An upgrade alone, with what fails of it. */
const ONE_UPGRADE = { ...UPGRADES, budget: { ...UPGRADES.budget, commands: 1, jumps: 0 } };

/** The same, and another command. */
const ONE_FAILURE = { ...UPGRADES, budget: { ...UPGRADES.budget, failures: 1, jumps: 0 } };

/** One that is not told of, and then fails. */
const UNSEEN = { ...UPGRADES, budget: { ...UPGRADES.budget, commands: 1, failures: 1 } };

/** Commands alone. */
const QUIET = { ...UPGRADE_COMMANDS, budget: { ...UPGRADE_COMMANDS.budget, failures: 0 } };

/** Changes what is recorded when an upgrade is given up. */
const givingUp = (change: (changes: StatusChanges, tenant: Tenant) => StatusChanges) =>
  instead((decision, { tenant }) =>
    decision.reason === "SiteIsSetRight" && decision.changes !== null
      ? { ...decision, changes: change(decision.changes, tenant) }
      : decision,
  );

/** Changes what is recorded when an operation takes its slot, be it its own or that of one it overtakes. */
const taking = (change: (changes: StatusChanges) => StatusChanges) =>
  instead((decision): Decision => ({
    ...decision,
    changes:
      decision.reason === "OperationBegins" ? changed(decision.changes, change) : decision.changes,
    actions: decision.actions.map((action) =>
      action.do === "takeSlot" ? { ...action, changes: change(action.changes) } : action,
    ),
  }));

function changed(
  changes: StatusChanges | null,
  change: (changes: StatusChanges) => StatusChanges,
): StatusChanges | null {
  return changes && change(changes);
}

/** The tenant as if nothing were under way. */
const withoutWay = (tenant: Tenant) => withChanges(tenant, { status: { upgrade: null } });

const isOvertaken = ({ spec, status }: Tenant) =>
  status.operation !== null && status.operation.generation < spec.generation;

const settled = (operation: Operation, changes: StatusChanges): StatusChanges => ({
  ...changes,
  operation: { ...operation, slot: null, slot_at: null, deadline_at: null },
  observed_generation: operation.generation,
});

export const UPGRADE_MUTATIONS: Mutation[] = [
  {
    name: "an upgrade that is given up leaves the site in between",
    scenario: ONE_UPGRADE,
    code: givingUp((changes, { status: { operation } }) =>
      operation === null ? changes : settled(operation, changes),
    ),
    breaks: "nobody rests in between",
  },
  {
    name: "an upgrade that is given up is taken for one that left the site as it was",
    scenario: ONE_UPGRADE,
    code: givingUp((changes, { status: { operation } }) =>
      operation === null ? changes : settled(operation, { ...changes, upgrade: null }),
    ),
    breaks: "who is not in between is whole, in the bench of the record",
  },
  {
    name: "a revert that has failed is taken for one that succeeded",
    scenario: ONE_UPGRADE,
    code: believing("revert"),
    breaks: "who is not in between is whole, in the bench of the record",
  },
  {
    name: "an upgrade that has failed is taken for one that succeeded",
    scenario: ONE_UPGRADE,
    code: believing("upgrade"),
    breaks: "who is not in between is whole, in the bench of the record",
  },
  {
    name: "the record has the new bench from the beginning",
    scenario: ONE_UPGRADE,
    code: instead((decision, { tenant: { status } }) => ({
      ...decision,
      actions: decision.actions.map((action) => {
        const { upgrade } = action.do === "takeSlot" ? action.changes : {};
        if (action.do !== "takeSlot" || !upgrade || status.site === null) return action;
        const site = { ...status.site, bench: upgrade.to };
        return { ...action, changes: { ...action.changes, site } };
      }),
    })),
    breaks: "a bench on record is the one that was proved",
  },
  {
    name: "an upgrade is on record only when its Job works",
    scenario: ONE_UPGRADE,
    code: taking(({ upgrade: _, ...changes }) => changes),
    breaks: "who is not in between is whole, in the bench of the record",
  },
  {
    name: "a command that comes in between is carried out at once",
    scenario: QUIET,
    code: seeing(({ tenant, job }) => ({
      tenant: isOvertaken(tenant) ? withoutWay(tenant) : tenant,
      job,
    })),
    breaks: "all else finds a site that is whole, in its bench",
  },
  {
    name: "an upgrade that was taken back is still asked for",
    scenario: ONE_UPGRADE,
    code: givingUp(({ done: _, ...changes }) => changes),
    breaks: "an upgrade that has failed is tried again only when asked",
  },
  {
    name: "a suspension works where the site is to be",
    scenario: ONE_FAILURE,
    code: making("suspend", (tenant) => {
      const { site } = tenant.status;
      return withChanges(tenant, {
        status: { site: site && { ...site, bench: tenant.spec.bench } },
      });
    }),
    breaks: "all else finds a site that is whole, in its bench",
  },
  {
    name: "a drop looks for the site where the record has it alone",
    scenario: QUIET,
    guarantees: { dropsInEveryBench: false },
    breaks: "no site outlives its tenant",
  },
  {
    name: "a revert that finds the site upgraded is taken for one that took it back",
    scenario: UNSEEN,
    code: seeing(({ tenant, job }) => ({
      tenant,
      job:
        job?.outcome?.result === "succeeded"
          ? { ...job, outcome: { ...job.outcome, reason: null } }
          : job,
    })),
    breaks: "who is not in between is whole, in the bench of the record",
  },
  {
    name: "an upgrade begins though its backup has failed",
    scenario: UPGRADE_BACKUPS,
    code: instead((decision, { tenant }) => {
      const { changes, reason } = decision;
      if (reason !== "JobFailed" || tenant.status.operation?.kind !== "backup") return decision;
      const { upgrade: _, ...done } = changes?.done ?? {};
      return { ...decision, changes: { ...changes, done } };
    }),
    breaks: "no upgrade begins without its backup",
  },
];
