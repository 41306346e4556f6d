/**
 * Random histories, much longer than the exploration's ways and with more going on at once: three
 * reconciles, two slots, any number of crashes, losses and failures. What fast-check finds it shortens.
 */
import { array, assert as assertProperty, nat, property } from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { comeToRest } from "./explore.ts";
import { mutate, MUTATIONS } from "./mutations.ts";
import { REAL } from "./real-code.ts";
import { checkState, checkStep } from "./exploration-rules.ts";
import { Violation } from "./violation.ts";
import { stepsFrom } from "./explored-steps.ts";
import type { Node, Rig, Scenario, Step } from "./explored-steps.ts";
import { emptyState, ID } from "./model.ts";

const test = suite("random histories");

const ALWAYS = Number.MAX_SAFE_INTEGER;

const scenario: Scenario = {
  name: "three tenants, two of which want one subdomain, and two slots",
  tenants: [
    { id: ID.a, subdomain: "acme" },
    { id: ID.b, subdomain: "acme" },
    { id: ID.c, subdomain: "zenith" },
  ],
  settings: {
    baseDomain: "kairos.app",
    retryPauseSeconds: 30,
    backupBucket: "backups",
    upgradeDeadlineMinutes: 240,
    maxConcurrentJobs: 2,
  },
  concurrency: 3,
  budget: {
    commands: ALWAYS,
    crashes: ALWAYS,
    duplicates: ALWAYS,
    losses: ALWAYS,
    failures: ALWAYS,
    blockers: ALWAYS,
    outages: ALWAYS,
    jumps: ALWAYS,
  },
};

/** Which of the possible steps is taken, again and again. */
const choices = array(nat({ max: 1_000_000 }), { minLength: 50, maxLength: 400 });

/** Follows one history, with the rules checked all along, and lets it come to rest. */
function follow(choice: number[], rig: Rig): string[] {
  let node: Node = { state: emptyState(), budget: rig.scenario.budget };
  const way: string[] = [];
  try {
    for (const number of choice) {
      const steps = [...stepsFrom(node, rig)].flatMap((step) => chances(step));
      const step = steps[number % steps.length];
      if (step === undefined) break;
      way.push(step.label);
      checkStep(node.state, step.node.state);
      checkState(step.node.state, rig.scenario);
      node = step.node;
    }
    comeToRest({ ...node.state, running: [] }, rig, new Set());
  } catch (error) {
    if (error instanceof Violation) error.message += `, after ${way.join("; ")}`;
    throw error;
  }
  return way;
}

/** What disturbs is rarer than what goes on, or nothing would ever come to anything. */
function chances(step: Step): Step[] {
  return Array.from({ length: step.spent === undefined ? 8 : 1 }, () => step);
}

/** Checks so many histories, always the same ones, and gives every kind of step that was in them. */
function check(rig: Rig, numRuns: number): Set<string> {
  const kinds = new Set<string>();
  const holdsRules = property(choices, (choice) => {
    for (const label of follow(choice, rig)) kinds.add(label.replace(/^.: /, ""));
  });
  assertProperty(holdsRules, { numRuns, seed: 20261124, includeErrorInReport: true });
  return kinds;
}

test("hold every rule, come to rest, and leave no kind of step out", () => {
  const kinds = check({ scenario, ...REAL }, 400);
  for (const kind of [
    "claimSlot",
    "triggerNextInQueue",
    "endDeletion",
    "deleteJob, late",
    "crashes",
    "resync",
  ]) {
    assert.ok(kinds.has(kind), kind);
  }
  for (const command of ["POST", "delete", "retry", "suspend", "resume"]) {
    assert.ok(kinds.has(command), command);
  }
});

test("would not, were a record written whatever has become of it", () => {
  const mutation = MUTATIONS.find(({ guarantees }) => guarantees?.writeInsistsOnVersion === false);
  assert.ok(mutation);
  const rig = { scenario, ...mutate(mutation, REAL) };
  assert.throws(() => check(rig, 400), /Violation: .+, after .: POST/);
});

test.run();
