/** The clock that fakes Cloud Scheduler. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { startClock } from "../../scripts/local/fake-scheduler.ts";
import type { Trigger } from "../../shared/pubsub/messages.ts";
import { eventually } from "../testkit/stack-fixture.ts";

const test = suite("the local clock");

/** A clock on a bus that remembers its triggers, and fails with each. */
function start(intervals: { resyncSeconds: number; garbageCollectionSeconds?: number }) {
  const triggers: Trigger["kind"][] = [];
  const publish = (trigger: Trigger): Promise<void> => {
    triggers.push(trigger.kind);
    return Promise.reject(new Error("nobody takes it"));
  };
  const stop = startClock({ bus: { publish }, ...intervals });
  const count = (kind: Trigger["kind"]) => triggers.filter((each) => each === kind).length;
  return { triggers, stop, count };
}

test("each of the two triggers is published again and again, also when nobody takes it", async () => {
  const { stop, count } = start({ resyncSeconds: 0.01, garbageCollectionSeconds: 0.03 });
  await eventually("both were published", async () =>
    count("resync") >= 3 && count("garbage-collection") >= 3 ? true : null,
  );
  stop();
  assert.ok(count("resync") > count("garbage-collection"), "the resync is the more frequent one");
});

test("the garbage collection is a matter of days unless something else is said", async () => {
  const { stop, count } = start({ resyncSeconds: 0.01 });
  await eventually("resyncs were published", async () => (count("resync") >= 10 ? true : null));
  stop();
  assert.is(count("garbage-collection"), 0);
});

test("nothing is published once it is stopped", async () => {
  const { triggers, stop, count } = start({ resyncSeconds: 0.01, garbageCollectionSeconds: 0.01 });
  await eventually("it works", async () => (count("garbage-collection") > 0 ? true : null));
  stop();
  const before = triggers.length;
  const later = start({ resyncSeconds: 0.01 });
  await eventually("a clock that goes on works", async () =>
    later.count("resync") >= 5 ? true : null,
  );
  later.stop();
  assert.is(triggers.length, before);
});

test.run();
