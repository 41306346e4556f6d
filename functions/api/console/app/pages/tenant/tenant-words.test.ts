import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { OperationProgress, Tenant } from "../../client/api-client.ts";
import { adviceFor, progressShare, progressWords, sentenceFor } from "./tenant-words.ts";

const test = suite("a tenant's state in words");

type Told = Parameters<typeof sentenceFor>[0];

const SETTLED: Told = {
  status: "active",
  desired: "present",
  reason: null,
  retryable: null,
  generation: 2,
  observed_generation: 2,
  quiet: false,
  upgrade: null,
};

const SENTENCES: [string, Partial<Tenant>, RegExp][] = [
  ["a settled one", {}, /^Its site works: .*changed\.$/],
  [
    "one that is to be suspended",
    { desired: "suspended", generation: 3 },
    /It is to be suspended\.$/,
  ],
  [
    "one that is being made",
    { status: "provisioning", generation: 3 },
    /^Its site is being made\.$/,
  ],
  [
    "one that is being deleted",
    { status: "deleting", desired: "absent", generation: 3 },
    /^It is being deleted\.$/,
  ],
  ["one for which something else is done", { generation: 3 }, /^Its site works: .*changed\.$/],
  ["a copy", { quiet: true }, /sends no mail until it is resumed\.$/],
];
for (const [what, tenant, expected] of SENTENCES) {
  test(what, () => assert.match(sentenceFor({ ...SETTLED, ...tenant }), expected));
}

test("for a reason that is known there is advice; for a failure without one, too", () => {
  assert.match(adviceFor({ ...SETTLED, reason: "WaitingForSlot" }) ?? "", /^Wait/);
  assert.is(adviceFor({ ...SETTLED, status: "failed", retryable: true }), "Retry it.");
  assert.is(adviceFor(SETTLED), null);
});

const NOW = new Date("2026-01-01T00:01:40Z");
const RUNNING: OperationProgress = {
  id: "1.2.3",
  kind: "test-restore",
  state: "running",
  step: "load",
  step_since: null,
  started_at: "2026-01-01T00:00:00Z",
  estimate: { p50_seconds: 200, p95_seconds: 400, sample: 9 },
};

test("what runs is told with its step, how long it has taken, and how long such take", () => {
  assert.is(
    progressWords(RUNNING, NOW),
    "test restore: at the step load, for 1 min 40 s. Half of them take no longer than 3 min 20 s, nearly all 6 min 40 s.",
  );
});

test("what waits is told to wait", () => {
  const queued = { ...RUNNING, state: "queued", started_at: null } as const;
  assert.is(progressWords(queued, NOW), "Waits for its turn: test restore.");
});

const SHARES: [string, Partial<OperationProgress>, number | null][] = [
  ["half of the usual time is a quarter of the bar", {}, 0.25],
  ["without an estimate nothing is known", { estimate: null }, null],
  ["before it begins nothing is known", { started_at: null }, null],
  [
    "however long it takes, it never seems to be done",
    { started_at: "2020-01-01T00:00:00Z" },
    0.95,
  ],
];
for (const [what, progress, share] of SHARES) {
  test(what, () => assert.is(progressShare({ ...RUNNING, ...progress }, NOW), share));
}

test.run();
