/** The clock that stands in for Cloud Scheduler. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { startClock } from "../../scripts/local/fake-scheduler.ts";
import type { Hint } from "../../shared/pubsub/messages.ts";
import { eventually } from "../testkit/stack-fixture.ts";

const test = suite("the local clock");

/** A clock on a bus that remembers its hints, and fails with each. */
function start(intervals: { sweepSeconds: number; auditSeconds?: number }) {
  const hints: Hint["kind"][] = [];
  const publish = (hint: Hint): Promise<void> => {
    hints.push(hint.kind);
    return Promise.reject(new Error("nobody takes it"));
  };
  const stop = startClock({ bus: { publish }, ...intervals });
  const count = (kind: Hint["kind"]) => hints.filter((each) => each === kind).length;
  return { hints, stop, count };
}

test("each of the two hints is published again and again, also when nobody takes it", async () => {
  const { stop, count } = start({ sweepSeconds: 0.01, auditSeconds: 0.03 });
  await eventually("both were published", async () =>
    count("sweep") >= 3 && count("audit") >= 3 ? true : null,
  );
  stop();
  assert.ok(count("sweep") > count("audit"), "the sweep is the more frequent one");
});

test("the audit is a matter of days unless something else is said", async () => {
  const { stop, count } = start({ sweepSeconds: 0.01 });
  await eventually("sweeps were published", async () => (count("sweep") >= 10 ? true : null));
  stop();
  assert.is(count("audit"), 0);
});

test("nothing is published once it is stopped", async () => {
  const { hints, stop, count } = start({ sweepSeconds: 0.01, auditSeconds: 0.01 });
  await eventually("it works", async () => (count("audit") > 0 ? true : null));
  stop();
  const before = hints.length;
  const later = start({ sweepSeconds: 0.01 });
  await eventually("a clock that goes on works", async () =>
    later.count("sweep") >= 5 ? true : null,
  );
  later.stop();
  assert.is(hints.length, before);
});

test.run();
