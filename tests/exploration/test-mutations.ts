/**
 * Mistakes about restore tests and exports that the exploration must find.
 *
 * @module
 */
import { applyCommand } from "../../shared/tenant/commands.ts";
import { TEST_RESTORE_KIND } from "../../shared/tenant/tenant.ts";
import { EXPORTS, TESTS } from "./exploration-scenarios.ts";
import type { Scenario } from "./explored-steps.ts";
import { believing, instead, recording } from "./mutated-code.ts";
import type { Mutation } from "./mutated-code.ts";

/** A test alone, and what fails of it. */
const ONE_TEST = { ...TESTS, budget: { ...TESTS.budget, commands: 1, jumps: 0 } };

/** A test that something else comes before. */
const INTERRUPTED = { ...TESTS, budget: { ...TESTS.budget, failures: 0, jumps: 0 } };

/** Two of them, with another command in between. */
const TWO_TESTS: Scenario = {
  ...TESTS,
  isRestoring: false,
  isRetaining: false,
  budget: { ...TESTS.budget, commands: 3, failures: 1, jumps: 0 },
};

/** An export alone, and what fails of it. */
const ONE_EXPORT = { ...EXPORTS, budget: { ...EXPORTS.budget, commands: 2, crashes: 0 } };

export const TEST_MUTATIONS: Mutation[] = [
  {
    name: "a restore test that fails has its tenant fail",
    scenario: ONE_TEST,
    code: recording((changes, { kind }, { reason }) =>
      kind === TEST_RESTORE_KIND && reason === "JobFailed"
        ? { ...changes, condition: "failed", reason: "Failed" }
        : changes,
    ),
    breaks: "a restore test is no failure of its tenant",
  },
  {
    name: "a site is called new while its backup is restored apart",
    scenario: ONE_TEST,
    code: instead((decision, { tenant: { status } }) => {
      const isTest = status.operation?.kind === TEST_RESTORE_KIND;
      const isEnded = decision.reason === "JobSucceeded" || decision.reason === "JobFailed";
      const back = isTest && isEnded ? { ...decision.changes, phase: "active" as const } : null;
      const actions = decision.actions.map((action) =>
        action.do === "takeSlot" && action.operation.kind === TEST_RESTORE_KIND
          ? { ...action, changes: { ...action.changes, phase: "provisioning" as const } }
          : action,
      );
      return { ...decision, changes: back ?? decision.changes, actions };
    }),
    breaks: "neither a test nor an export changes a site",
  },
  {
    name: "a restore test that is withdrawn leaves its database",
    scenario: INTERRUPTED,
    guarantees: { stopsCleanly: false },
    breaks: "no database of a test is left",
  },
  {
    name: "a restore test leaves what earlier ones have left that were killed",
    scenario: TWO_TESTS,
    guarantees: { clearsTested: false },
    breaks: "a test that passed leaves nothing of earlier ones",
  },
  {
    name: "a restore test begins anew after what came between",
    scenario: INTERRUPTED,
    code: {
      applyCommand: (tenant, command, issued) => {
        const effect = applyCommand(tenant, command, issued);
        const id = tenant.spec.requests[TEST_RESTORE_KIND];
        if (effect.outcome !== "changed" || id === undefined) return effect;
        const requests = { [TEST_RESTORE_KIND]: id, ...effect.changes.spec?.requests };
        const spec = { ...effect.changes.spec, requests };
        return { ...effect, changes: { ...effect.changes, spec } };
      },
    },
    breaks: "whatever is asked for withdraws a restore test",
  },
  {
    name: "an export that has failed is taken for one that succeeded",
    scenario: ONE_EXPORT,
    code: believing("export"),
    breaks: "an export that is ready is whole",
  },
  {
    name: "exports stay when their tenant is gone",
    scenario: ONE_EXPORT,
    guarantees: { dropsExports: false },
    breaks: "no export outlives its tenant",
  },
];
