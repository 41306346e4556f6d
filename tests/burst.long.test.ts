/** 500 tenants at once, and slots for 50: every one gets its Job, none two, and never more than 50 at once. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { eventually, startTestStack } from "./stack-fixture.ts";
import type { TestStack } from "./stack-fixture.ts";

const test = suite("a burst");

const TENANTS = 500;
const SLOTS = 50;

let it: TestStack;
test.before(async () => {
  it = await startTestStack({
    LOCAL_BENCH_SECONDS: "0",
    MAX_CONCURRENT_JOBS: String(SLOTS),
  });
});
test.after(async () => {
  await it.stop();
});

test(`${TENANTS} creates are ${TENANTS} Jobs, ${SLOTS} at a time`, async () => {
  const made = watchJobs();
  const startedAt = Date.now();
  const ids = await Promise.all(
    Array.from({ length: TENANTS }, async (_, number) => {
      const subdomain = `burst-${number}`;
      const body = { organization: "Burst", subdomain, email: `office@${subdomain}.example` };
      const { status, body: created } = await it.call("POST", "/tenants", { body });
      assert.is(status, 201);
      return String(created["id"]);
    }),
  );
  const accepted = seconds(startedAt);
  let active = 0;
  // It goes on for as long as there is progress.
  while (active < TENANTS) {
    const before = active;
    active = await eventually(`more than ${before} are active`, async () => {
      const query = it.firestore.collection("tenants").where("status", "==", "active").count();
      const { count } = (await query.get()).data();
      return count > before ? count : null;
    });
  }
  console.log(
    `${TENANTS} accepted after ${accepted} s, all active after ${seconds(startedAt)} s; ` +
      `${made.atOnce()} Jobs at once at the most`,
  );
  assert.equal(made.names().toSorted(byText), ids.map((id) => `site-${id}`).toSorted(byText));
  assert.ok(made.atOnce() <= SLOTS, `${made.atOnce()} Jobs at once`);
  assert.ok(made.atOnce() > SLOTS / 2, "slots are used");
  await eventually("no slot is taken", async () =>
    (await it.firestore.collection("slots").get()).empty ? true : null,
  );
});

/** Watches which Jobs are made, and how many work at the same time. */
function watchJobs() {
  const { jobs } = it.cluster;
  const { createJob } = jobs;
  const names: string[] = [];
  let atOnce = 0;
  jobs.createJob = (job) => {
    const created = createJob(job);
    names.push(created.metadata?.name ?? "");
    const working = jobs.listJobs().filter(({ status }) => status?.conditions === undefined);
    atOnce = Math.max(atOnce, working.length);
    return created;
  };
  return { names: () => names, atOnce: () => atOnce };
}

function seconds(since: number): string {
  return ((Date.now() - since) / 1000).toFixed(1);
}

function byText(left: string, right: string): number {
  return left < right ? -1 : 1;
}

test.run();
