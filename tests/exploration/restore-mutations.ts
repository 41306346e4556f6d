/**
 * Mistakes about backups and restores that the exploration must find.
 *
 * @module
 */
import { applyCommand } from "../../shared/tenant/commands.ts";
import { withChanges } from "../../shared/tenant/tenant.ts";
import { BACKUPS, RESTORE_FAILURES, RESTORES } from "./exploration-scenarios.ts";
import { believing, instead, making, seeing, SUCCEEDED } from "./mutated-code.ts";
import type { Mutation } from "./mutated-code.ts";

const { budget } = RESTORE_FAILURES;

/** Commands alone. */
const QUIET = { ...RESTORE_FAILURES, budget: { ...budget, commands: 3, failures: 0, jumps: 0 } };

/** One failing Job is enough. */
const ONE_FAILURE = { ...RESTORE_FAILURES, budget: { ...budget, failures: 1, jumps: 0 } };

export const RESTORE_MUTATIONS: Mutation[] = [
  {
    name: "what is kept is dropped while the restore may be taken back",
    scenario: RESTORES,
    guarantees: { keepsWhatIsKept: false },
    breaks: "what is kept is there",
  },
  {
    name: "a deletion leaves a database that a restore has made",
    scenario: RESTORES,
    guarantees: { dropsEveryDatabase: false },
    breaks: "no database outlives its tenant",
  },
  {
    name: "a site whose swap was overtaken is opened without being swapped back",
    scenario: ONE_FAILURE,
    guarantees: { swapsBack: false },
    breaks: "the site has the database of its record",
  },
  {
    name: "a restore that was overtaken or has failed is taken for one that succeeded",
    scenario: RESTORE_FAILURES,
    code: believing("restore"),
    breaks: "the site's database is there",
  },
  {
    name: "a restore that still works is taken for one that succeeded",
    scenario: RESTORES,
    code: seeing(({ tenant, job }) => ({
      tenant,
      job: job?.kind === "restore" ? { ...job, outcome: job.outcome ?? SUCCEEDED } : job,
    })),
    breaks: "a database on record is the one that was verified",
  },
  {
    name: "what takes a restore back brings the oldest of what is kept",
    scenario: RESTORES,
    code: making("undo-restore", (tenant) =>
      withChanges(tenant, { status: { kept: tenant.status.kept.toReversed() } }),
    ),
    breaks: "the site has the database of its record",
  },
  {
    name: "the restore of a suspended site opens it",
    scenario: RESTORES,
    code: making("restore", (tenant) => {
      const { site } = tenant.status;
      return withChanges(tenant, { status: { site: site && { ...site, suspended: false } } });
    }),
    breaks: "the site is as the record says",
  },
  {
    name: "a restore that is given up in the middle of its swap leaves the site as it is",
    scenario: RESTORE_FAILURES,
    code: instead((decision, { tenant }) => {
      if (decision.reason !== "JobFailed" || decision.changes === null) return decision;
      const { phase: _, site: __, ...changes } = decision.changes;
      return tenant.status.operation?.kind === "restore" ? { ...decision, changes } : decision;
    }),
    breaks: "the site has the database of its record",
  },
  {
    name: "a restore that waits for its turn comes after the deletion was taken back",
    scenario: QUIET,
    code: {
      applyCommand: (tenant, command, issued) => {
        const effect = applyCommand(tenant, command, issued);
        if (effect.outcome !== "changed" || tenant.spec.state === "retained") return effect;
        const spec = { ...effect.changes.spec };
        if (spec.state === "retained") spec.requests = tenant.spec.requests;
        return { ...effect, changes: { ...effect.changes, spec } };
      },
    },
    breaks: "who comes back has the site that they had",
  },
  {
    name: "a backup that waits when its tenant is deleted stays pending for ever",
    scenario: BACKUPS,
    guarantees: {
      told: (told) => ({
        ...told,
        backups: told.backups.filter(({ fields }) => fields.reason !== "TenantDeleted"),
      }),
    },
    breaks: "a backup is pending as long as it is to be made",
  },
  {
    name: "a second request for a backup takes the first one's id",
    scenario: BACKUPS,
    code: {
      applyCommand: (tenant, command, issued) => {
        const first = tenant.spec.backup;
        return first !== null && typeof command === "object" && command.name === "backup"
          ? applyCommand(
              tenant,
              { ...command, backup: { ...command.backup, id: first.id } },
              issued,
            )
          : applyCommand(tenant, command, issued);
      },
    },
    breaks: "who asked for a backup has its record",
  },
  {
    name: "a backup that has failed is taken for one that succeeded",
    scenario: BACKUPS,
    code: believing("backup"),
    breaks: "a backup that succeeded is whole",
  },
];
