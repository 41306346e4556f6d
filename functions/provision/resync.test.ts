import { suite } from "uvu";
import * as assert from "uvu/assert";
import { tenantsToReconcile } from "./resync.ts";
import type { Sighting } from "./resync.ts";

const test = suite("tenantsToReconcile");

const working = (tenantId: string) => ({ tenantId, hasEnded: false });
const ended = (tenantId: string) => ({ tenantId, hasEnded: true });
const taken = (...tenantIds: string[]) => tenantIds.map((tenantId, slot) => ({ slot, tenantId }));

const cases: [sentence: string, sighting: Sighting, reconciled: string[]][] = [
  ["nobody, where there is nobody", { due: [], jobs: [], slots: [] }, []],
  ["nobody whose Job works in its slot", { due: [], jobs: [working("a")], slots: taken("a") }, []],
  ["who is due", { due: ["b", "a"], jobs: [], slots: [] }, ["b", "a"]],
  ["whose Job has ended", { due: [], jobs: [ended("a")], slots: taken("a") }, ["a"]],
  [
    "whose Job has ended and has no slot any more",
    { due: [], jobs: [ended("a")], slots: [] },
    ["a"],
  ],
  [
    "whose Job works without a slot",
    { due: [], jobs: [working("a")], slots: taken("b") },
    ["a", "b"],
  ],
  ["who has a slot and no Job", { due: [], jobs: [], slots: taken("a") }, ["a"]],
  [
    "everybody once, those who are due first",
    { due: ["d", "c"], jobs: [ended("a"), ended("c"), working("e")], slots: taken("e", "b", "d") },
    ["d", "c", "a", "b"],
  ],
];
for (const [sentence, sighting, reconciled] of cases) {
  test(`triggers ${sentence}`, () => assert.equal(tenantsToReconcile(sighting), reconciled));
}

test.run();
