/**
 * Mistakes about what an older backup holds, which is migrated in its place, that the exploration must find.
 *
 * @module
 */
import { addSeconds, DAY_SECONDS, REVERT_KIND } from "../../shared/tenant/tenant.ts";
import { applyCommand } from "../../shared/tenant/commands.ts";
import { MIGRATIONS, OLDER_COPIES } from "./exploration-scenarios.ts";
import { believing, recording, seeing, SUCCEEDED } from "./mutated-code.ts";
import type { Mutation } from "./mutated-code.ts";

/** A restore alone, with a migration that fails. */
const ONE_FAILURE = { ...MIGRATIONS, budget: { ...MIGRATIONS.budget, commands: 1, failures: 1 } };

/** The same, and what is asked for then. */
const AFTERWARDS = { ...MIGRATIONS, budget: { ...MIGRATIONS.budget, failures: 1 } };

/** A copy with a migration that fails, and a retry. */
const COPY_AFTERWARDS = {
  ...OLDER_COPIES,
  budget: { ...OLDER_COPIES.budget, commands: 2, failures: 1, jumps: 0 },
};

export const MIGRATION_MUTATIONS: Mutation[] = [
  {
    name: "a restore opens a site that is to be migrated",
    scenario: ONE_FAILURE,
    guarantees: { waitsForMigration: false },
    breaks: "nobody reaches a site that is not migrated",
  },
  {
    name: "what could not be migrated in its place is opened by what takes it back",
    scenario: ONE_FAILURE,
    guarantees: { revertsClosed: false },
    breaks: "nobody reaches a site that is not migrated",
  },
  {
    name: "nobody hears that what was restored is to be migrated",
    scenario: ONE_FAILURE,
    code: seeing(({ tenant, job }) => ({
      tenant,
      job: job?.outcome?.result === "succeeded" ? { ...job, outcome: SUCCEEDED } : job,
    })),
    breaks: "who is not in between is whole, in the bench of the record",
  },
  {
    name: "a migration that has failed is taken for one that succeeded",
    scenario: ONE_FAILURE,
    code: believing("upgrade"),
    breaks: "who is not in between is whole, in the bench of the record",
  },
  {
    name: "what could not be migrated stays the site's",
    scenario: ONE_FAILURE,
    code: recording((changes, operation, { reason }) =>
      reason === "JobSucceeded" && operation.kind === REVERT_KIND
        ? {
            ...changes,
            operation: { ...operation, slot: null, slot_at: null, deadline_at: null },
            observed_generation: operation.generation,
          }
        : changes,
    ),
    breaks: "the site is as the record says",
  },
  {
    name: "what could not be migrated can be had back",
    scenario: AFTERWARDS,
    code: recording((changes, { started_at }) => {
      if (changes.kept === undefined) return changes;
      const until = addSeconds(started_at, DAY_SECONDS);
      return { ...changes, kept: changes.kept.map((one) => ({ ...one, until })) };
    }),
    breaks: "nobody reaches a site that is not migrated",
  },
  {
    name: "a copy that could not be migrated gets its names all the same",
    scenario: COPY_AFTERWARDS,
    code: believing("upgrade"),
    breaks: "who is not in between is whole, in the bench of the record",
  },
  {
    name: "a retry of a copy that could not be migrated does not begin with that",
    scenario: COPY_AFTERWARDS,
    code: {
      applyCommand: (tenant, command, issued) => {
        const effect = applyCommand(tenant, command, issued);
        if (command !== "retry" || effect.outcome !== "changed") return effect;
        const { upgrade: _, ...status } = effect.changes.status ?? {};
        return { ...effect, changes: { ...effect.changes, status } };
      },
    },
    breaks: "the command is carried out",
  },
];
