import type { V1ContainerState, V1Job, V1Pod } from "@kubernetes/client-node";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { toReport } from "./job-report.ts";

const test = suite("toReport");

/** So many seconds after five. */
const at = (seconds: number) => new Date(Date.UTC(2026, 10, 29, 17) + seconds * 1000);
const inSeconds = (time: Date | null) => time && (time.getTime() - at(0).getTime()) / 1000;

const BASE = { image: "", imageID: "", ready: false, restartCount: 0 };

function podOf(database: V1ContainerState, site: V1ContainerState = {}): V1Pod {
  return {
    status: {
      containerStatuses: [{ ...BASE, name: "site", state: site }],
      initContainerStatuses: [{ ...BASE, name: "database", state: database }],
    },
  };
}

const endedAt = (from: number, to: number, message?: string): V1ContainerState => ({
  terminated: {
    exitCode: 0,
    startedAt: at(from),
    finishedAt: at(to),
    ...(message === undefined ? {} : { message }),
  },
});

const left = (steps: [name: string, seconds: number][], ended?: number) =>
  JSON.stringify({
    step: "x",
    steps: steps.map(([name, seconds]) => [name, at(seconds).getTime() / 1000]),
    ...(ended === undefined ? {} : { ended: at(ended).getTime() / 1000 }),
  });

const line = (name: string, seconds: number) => `step: ${name} at ${at(seconds).toISOString()}\n`;

const condition = { type: "Complete", status: "True", lastTransitionTime: at(20) };
const JOB: V1Job = { metadata: { creationTimestamp: at(0) }, status: { conditions: [condition] } };

type Told = [name: string, from: number | null, to: number | null];

function reportOf(pod: V1Pod, logs: Record<string, string> = {}, job = JOB) {
  const read = new Map(Object.entries(logs).map(([name, log]) => [name, { read: log, end: log }]));
  const { steps, createdAt, runningAt, endedAt: ended, log } = toReport(job, pod, read);
  return {
    times: [createdAt, runningAt, ended].map(inSeconds),
    steps: steps.map(({ name, started_at, ended_at }): Told => [
      name,
      inSeconds(started_at),
      inSeconds(ended_at),
    ]),
    log,
  };
}

const cases: [sentence: string, pod: V1Pod, logs: Record<string, string>, steps: Told[]][] = [
  [
    "each step ends when the next begins, and the last one when the message was left",
    podOf(
      endedAt(
        1,
        3,
        left(
          [
            ["a", 1.1],
            ["b", 2.5],
          ],
          3.4,
        ),
      ),
      endedAt(4, 9, left([["c", 4.5]], 8.7)),
    ),
    {},
    [
      ["a", 1.1, 2.5],
      ["b", 2.5, 3.4],
      ["c", 4.5, 8.7],
    ],
  ],
  [
    "the last step ends with its container where the message does not say when",
    podOf(endedAt(1, 3, left([["a", 1.1]]))),
    {},
    [["a", 1.1, 3]],
  ],
  [
    "the log has the steps of a killed script",
    podOf(endedAt(1, 3, left([["a", 1.1]], 3)), endedAt(4, 9, "the end of its log")),
    { database: line("unread", 1), site: `x\n${line("b", 4.5)}y\n${line("c", 6)}` },
    [
      ["a", 1.1, 3],
      ["b", 4.5, 6],
      ["c", 6, 9],
    ],
  ],
  [
    "the log has the steps of a script whose list was too long",
    podOf(endedAt(1, 3, left([], 2.9))),
    { database: line("a", 1.5) },
    [["a", 1.5, 2.9]],
  ],
  [
    "a step of a container that works has no end",
    podOf(endedAt(1, 3, left([["a", 1.1]], 3)), { running: { startedAt: at(4) } }),
    { site: line("b", 4.5) + line("c", 5) },
    [
      ["a", 1.1, 3],
      ["b", 4.5, 5],
      ["c", 5, null],
    ],
  ],
  [
    "no time goes back, though Kubernetes rounds its own",
    podOf(
      endedAt(1, 2, left([["a", 2.8]])),
      endedAt(
        2,
        3,
        left(
          [
            ["b", 2.5],
            ["c", 2.4],
          ],
          2.1,
        ),
      ),
    ),
    {},
    [
      ["a", 2.8, 2.8],
      ["b", 2.8, 2.8],
      ["c", 2.8, 2.8],
    ],
  ],
  ["nobody knows the steps of what left nothing", podOf(endedAt(1, 2), endedAt(3, 4)), {}, []],
  [
    "lines that only look like steps are none",
    podOf(endedAt(1, 9)),
    {
      database: [
        `say step: a at ${at(2).toISOString()}`,
        "step: old",
        "step: a at noon",
        "step: a at 2026-13-29T17:00:01.123Z",
        `step: A B at ${at(2).toISOString()}`,
        `step: ${"a".repeat(64)} at ${at(2).toISOString()}`,
      ].join("\n"),
    },
    [],
  ],
  [
    "a line that was read twice is one step",
    podOf(endedAt(1, 9)),
    { database: line("a", 2) + line("b", 3) + line("b", 3) },
    [
      ["a", 2, 3],
      ["b", 3, 9],
    ],
  ],
];
for (const [sentence, pod, logs, steps] of cases) {
  test(sentence, () => assert.equal(reportOf(pod, logs).steps, steps));
}

test("apps that print steps without end do not swell the record", () => {
  const log = Array.from({ length: 5000 }, (_, k) => line("a", k / 1000)).join("");
  const { steps } = reportOf(podOf(endedAt(1, 9)), { database: log });
  assert.equal([steps.length, steps.at(-1)?.[1]], [100, 4.999]);
});

const times: [sentence: string, job: V1Job, pod: V1Pod, expected: (number | null)[]][] = [
  ["a whole life", JOB, podOf(endedAt(1, 3), endedAt(4, 9)), [0, 1, 20]],
  [
    "an end that is told before its last step's",
    JOB,
    podOf(endedAt(1, 3, left([["a", 1]], 20.9))),
    [0, 1, 20.9],
  ],
  [
    "an end without a time",
    { ...JOB, status: { conditions: [{ type: "Failed", status: "True" }] } },
    podOf(endedAt(1, 3)),
    [0, 1, 3],
  ],
  [
    "a Job that works",
    { ...JOB, status: {} },
    podOf(endedAt(1, 3), { running: { startedAt: at(4) } }),
    [0, 1, null],
  ],
  [
    "a Pod that waits",
    { ...JOB, status: {} },
    podOf({ waiting: {} }, { waiting: {} }),
    [0, null, null],
  ],
  ["nothing", {}, {}, [null, null, null]],
];
for (const [sentence, job, pod, expected] of times) {
  test(`tells the times of ${sentence}`, () =>
    assert.equal(reportOf(pod, {}, job).times, expected));
}

test("has the last lines of the containers in the order in which they ran", () => {
  const logs = { site: "two\n", database: "one\n", other: "three\n" };
  const { log } = reportOf(podOf(endedAt(1, 3), endedAt(4, 9)), logs);
  assert.is(log, "one\ntwo");
  assert.is(reportOf(podOf(endedAt(1, 3))).log, null);
});

test("has what a success has come to, and nothing of a failure", () => {
  const message = '{"step":"x","result":{"bytes":7},"steps":[]}';
  const success = endedAt(4, 9, message);
  assert.equal(toReport(JOB, podOf(endedAt(1, 3), success), new Map()).result, { bytes: 7 });
  const failed = { terminated: { exitCode: 1, message } };
  assert.is(toReport(JOB, podOf(endedAt(1, 3), failed), new Map()).result, null);
  assert.is(toReport(JOB, podOf(endedAt(1, 3)), new Map()).result, null);
});

test.run();
