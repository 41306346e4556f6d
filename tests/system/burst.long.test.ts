/**
 * 1,000 tenants at once, and slots for 50: every one gets its Job, none two, and never more than 50 at once.
 * It is about the control plane, so the Jobs' containers only take a while here, so long that slots are scarce.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runBurst, SLOTS, startBurstStack } from "../../scripts/benchmarks/parts/burst.ts";
import { watchJobs } from "../testkit/site-jobs.ts";
import type { OwnStack } from "../testkit/own-stack.ts";
import { eventually } from "../testkit/stack-fixture.ts";

const test = suite("a burst");

const TENANTS = 1_000;

let it: OwnStack;
test.before(async () => {
  it = await startBurstStack();
});
test.after(async () => {
  await it.stop();
});

test(`${TENANTS} creates are ${TENANTS} Jobs, ${SLOTS} at a time`, async () => {
  const made = watchJobs(it.cluster.jobs, ["sleep", "5"]);
  const { seconds, acceptedSeconds, repeated } = await runBurst(it, "burst", TENANTS);
  console.log(
    `${TENANTS} accepted after ${acceptedSeconds.toFixed(1)} s (${repeated} tried again), ` +
      `all active after ${seconds.toFixed(1)} s; ${made.atOnce()} Jobs at once at the most`,
  );
  const tenants = await it.firestore.collection("tenants").get();
  const wanted = tenants.docs.map(({ id }) => `site-${id}`);
  assert.is(wanted.length, TENANTS);
  assert.equal(made.names().toSorted(), wanted.toSorted());
  assert.ok(made.atOnce() <= SLOTS, `${made.atOnce()} Jobs at once`);
  assert.ok(made.atOnce() > 1, "they work beside each other");
  await eventually("no slot is taken", async () =>
    (await it.firestore.collection("slots").get()).empty ? true : null,
  );
});

test.run();
