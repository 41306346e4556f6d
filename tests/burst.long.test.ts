/**
 * 500 tenants at once, and slots for 50: every one gets its Job, none two, and never more than 50 at once.
 * It is about the control plane, so the Jobs' containers only take a while here.
 */
import type { V1Job } from "@kubernetes/client-node";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { eventually, startTestStack } from "./stack-fixture.ts";
import type { TestStack } from "./stack-fixture.ts";

const test = suite("a burst");

const TENANTS = 500;
const SLOTS = 50;

/** How many requests were answered that the database does not answer. */
let unavailable = 0;

let it: TestStack;
test.before(async () => {
  it = await startTestStack({ LOCAL_SWEEP_SECONDS: "5", MAX_CONCURRENT_JOBS: String(SLOTS) });
});
test.after(async () => {
  await it.stop();
});

test(`${TENANTS} creates are ${TENANTS} Jobs, ${SLOTS} at a time`, async () => {
  const made = watchJobs();
  const startedAt = Date.now();
  await Promise.all(Array.from({ length: TENANTS }, (_, number) => create(`burst-${number}`)));
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
    `${TENANTS} accepted after ${accepted} s (${unavailable} tried again), all active after ${seconds(startedAt)} s; ` +
      `${made.atOnce()} Jobs at once at the most`,
  );
  const tenants = await it.firestore.collection("tenants").get();
  const wanted = tenants.docs.map(({ id }) => `site-${id}`);
  assert.is(wanted.length, TENANTS);
  assert.equal(made.names().toSorted(), wanted.toSorted());
  assert.ok(made.atOnce() <= SLOTS, `${made.atOnce()} Jobs at once`);
  assert.ok(made.atOnce() > SLOTS / 2, "slots are used");
  await eventually("no slot is taken", async () =>
    (await it.firestore.collection("slots").get()).empty ? true : null,
  );
});

/**
 * Creates a tenant. On a small machine the database may take longer than the API waits for it; then the
 * name tells, at the next try, whether the first one got through.
 */
async function create(subdomain: string): Promise<void> {
  const body = { organization: "Burst", subdomain, email: `office@${subdomain}.example` };
  await eventually(`${subdomain} is accepted`, async () => {
    const { status } = await it.call("POST", "/tenants", { body });
    if (status === 503) unavailable += 1;
    return status === 201 || (status === 409 && unavailable > 0) ? true : null;
  });
}

/** Watches which Jobs are made, and how many work at the same time. */
function watchJobs() {
  const { jobs } = it.cluster;
  const { createJob } = jobs;
  const names: string[] = [];
  let atOnce = 0;
  jobs.createJob = (job) => {
    const created = createJob(withoutWork(job));
    names.push(created.metadata?.name ?? "");
    const working = jobs.listJobs().filter(({ status }) => status?.conditions === undefined);
    atOnce = Math.max(atOnce, working.length);
    return created;
  };
  return { names: () => names, atOnce: () => atOnce };
}

/** The same Job, whose one container takes a while and ends well. */
function withoutWork(job: V1Job): V1Job {
  const template = {
    ...job.spec?.template,
    spec: { containers: [{ name: "site", command: ["sleep", "10"] }] },
  };
  return { ...job, spec: { ...job.spec, template } };
}

function seconds(since: number): string {
  return ((Date.now() - since) / 1000).toFixed(1);
}

test.run();
