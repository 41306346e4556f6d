/**
 * One slot for several tenants, on a stack whose resync never comes: whoever waits says so, and the next
 * one begins as soon as a slot is free.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { withCommand } from "../testkit/site-jobs.ts";
import { eventually, startTestStack } from "../testkit/stack-fixture.ts";
import type { TestStack } from "../testkit/stack-fixture.ts";

const test = suite("slots");

let it: TestStack;
test.before(async () => {
  it = await startTestStack({
    MAX_CONCURRENT_JOBS: "1",
    LOCAL_RESYNC_SECONDS: "3600",
  });
});
test.after(async () => {
  await it.stop();
});

async function create(subdomain: string): Promise<string> {
  const body = { organization: "Acme", subdomain, email: "office@acme.example" };
  const created = await it.call("POST", "/tenants", { body });
  assert.is(created.status, 201);
  return String(created.body["id"]);
}

async function waits(id: string, as = "queued"): Promise<void> {
  const { status } = await eventually("it waits for a slot", async () => {
    const { body } = await it.call("GET", `/tenants/${id}/status`);
    return body["reason"] === "WaitingForSlot" ? body : null;
  });
  assert.is(status, as);
}

/** The order in which the tenants' Jobs are made. Each works until its tenant is released. */
function watchJobs(): string[] {
  const made: string[] = [];
  const { jobs } = it.cluster;
  const { createJob } = jobs;
  jobs.createJob = (job) => {
    const working = jobs.listJobs().filter(({ status }) => status?.conditions === undefined);
    assert.is(working.length, 0, "one at a time");
    const name = job.metadata?.name ?? "";
    const untilReleased = `until [[ -e "${releaseOf(name)}" ]]; do sleep 0.1; done`;
    const created = createJob(withCommand(job, ["bash", "-c", untilReleased]));
    made.push(name);
    return created;
  };
  return made;
}

function releaseOf(jobName: string): string {
  return join(it.directory, `release-${jobName}`);
}

/** Lets the tenant's Jobs end. */
function release(id: string): void {
  writeFileSync(releaseOf(`site-${id}`), "");
}

test("who waits says so, the oldest comes first, and drops before creates", async () => {
  const made = watchJobs();
  const first = await create("first");
  await eventually("the first has the slot", async () => (made.length === 1 ? true : null));
  const second = await create("second");
  await waits(second);
  const third = await create("third");
  await waits(third);
  release(first);
  await it.until(first, "active");
  await eventually("the second has the slot", async () => (made.length === 2 ? true : null));
  // Younger than the third's command, and yet before it.
  await it.call("DELETE", `/tenants/${first}`);
  await waits(first, "deleting");
  release(second);
  await it.until(first, "gone");
  release(third);
  await it.until(third, "active");
  assert.equal(
    made,
    [first, second, first, third].map((id) => `site-${id}`),
  );
  assert.ok((await it.firestore.collection("slots").get()).empty);
});

test("who is deleted while it waits goes without a Job", async () => {
  const made = watchJobs();
  const first = await create("fourth");
  await eventually("the first has the slot", async () => (made.length === 1 ? true : null));
  const second = await create("fifth");
  await waits(second);
  await it.call("DELETE", `/tenants/${second}`);
  await it.until(second, "gone");
  release(first);
  await it.until(first, "active");
  assert.equal(made, [`site-${first}`]);
});

test.run();
