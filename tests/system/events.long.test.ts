/** `npm run events`, as a user runs it, beside `npm start`: what becomes an event is printed, and nothing is left. */
import { Firestore } from "@google-cloud/firestore";
import { PubSub } from "@google-cloud/pubsub";
import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { TENANT_STATUS } from "../../shared/pubsub/bus.ts";
import { npm } from "../testkit/npm.ts";
import { nothingIsLeft, start } from "../testkit/npm-start.ts";
import { someEvent } from "../testkit/some-event.ts";
import { eventually, temporaryDirectory } from "../testkit/stack-fixture.ts";

const test = suite("npm run events");

const directory = temporaryDirectory();
const PROJECT_ID = "kairos-local";
let stack: Awaited<ReturnType<typeof start>>;
let firestore: Firestore;
let pubsub: PubSub;

test.before(async () => {
  stack = await start(directory);
  firestore = new Firestore({ projectId: PROJECT_ID, host: stack.line("Firestore"), ssl: false });
  const apiEndpoint = stack.line("Pub/Sub");
  pubsub = new PubSub({ projectId: PROJECT_ID, apiEndpoint, emulatorMode: true });
});
test.after(async () => {
  await Promise.all([firestore.terminate(), pubsub.close()]);
  stack.run.child.kill("SIGINT");
  await stack.run.ended;
  await nothingIsLeft(stack);
  rmSync(directory, { recursive: true, force: true });
});

/** Starts it and waits until it listens. */
async function startEvents() {
  const run = npm(["run", "events", "--", "--directory", stack.stackDirectory], {});
  await eventually("it waits for events", async () => {
    if (run.child.exitCode !== null) throw new Error(run.output());
    return run.output().includes("waiting for events") ? true : null;
  });
  return run;
}

const subscriptions = async () =>
  (await pubsub.topic(TENANT_STATUS).getSubscriptions())[0].map(({ name }) => name);

/** Writes events as a change of the status does, all at once. */
async function write(...events: ReturnType<typeof someEvent>[]): Promise<void> {
  const batch = firestore.batch();
  for (const event of events) {
    batch.create(firestore.doc(`events/${event.tenant_id}.${event.sequence}`), { ...event });
  }
  await batch.commit();
}

test("prints what comes, in its order, and leaves no subscription behind", async () => {
  const run = await startEvents();
  const id = randomUUID();
  const failed = someEvent(id, 2, new Date("2026-11-29T12:34:57.500Z"));
  const why = { status: "failed", reason: "OutOfMemory", error_message: "no more" } as const;
  await write(someEvent(id, 1, new Date("2026-11-29T12:34:56.789Z")), {
    ...failed,
    type: "failed",
    data: { ...failed.data, ...why },
  });
  const lines = await eventually("both are printed", async () => {
    const found = run
      .output()
      .split("\n")
      .filter((line) => line.startsWith("12:34:5"));
    // One may come twice.
    return new Set(found).size >= 2 ? [...new Set(found)] : null;
  });
  assert.equal(
    lines.map((line) => line.split(/ {2,}/)),
    [
      ["12:34:56.789", "active", "acme", "active", "JobSucceeded"],
      ["12:34:57.500", "failed", "acme", "failed", "OutOfMemory: no more"],
    ],
  );
  await eventually("nothing of it is left unsent", async () =>
    (await firestore.collection("events").get()).empty ? true : null,
  );
  assert.is((await subscriptions()).length, 1);
  run.child.kill("SIGINT");
  assert.is(await run.ended, 0);
  assert.equal(await subscriptions(), []);
});

test("says where no stack runs, and what starts one", async () => {
  const elsewhere = `${directory}/elsewhere`;
  const run = npm(["run", "events", "--", "--directory", elsewhere], {});
  assert.is(await run.ended, 1);
  assert.match(run.output(), `No stack runs in ${elsewhere}. Start one with: npm start.`);
});

test("--help explains itself, and an unknown option is refused", async () => {
  const help = npm(["run", "events", "--", "--help"], {});
  assert.is(await help.ended, 0);
  assert.match(help.output(), "--directory DIR");
  const refused = npm(["run", "events", "--", "--dir"], {});
  assert.is(await refused.ended, 1);
  assert.match(refused.output(), "--dir");
});

test("ends with the stack", async () => {
  const run = await startEvents();
  stack.run.child.kill("SIGINT");
  assert.is(await run.ended, 0);
  assert.match(run.output(), "the stack has ended");
});

test.run();
