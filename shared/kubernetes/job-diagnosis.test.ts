import type { CoreV1Event, V1ContainerState, V1Job, V1Pod } from "@kubernetes/client-node";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ageInWords, toBlocker, toQuotaExceeded, uidToAskAbout } from "./job-diagnosis.ts";

const test = suite("toBlocker");

const NOW = new Date("2026-11-24T12:00:00Z");
const ago = (minutes: number) => new Date(NOW.getTime() - minutes * 60_000);

const JOB: V1Job = { metadata: { name: "site-x", uid: "job", creationTimestamp: ago(9) } };
const DELETED: V1Job = { metadata: { ...JOB.metadata, deletionTimestamp: ago(12) } };

const NAMED = { name: "site", image: "frappe/erpnext:v0", imageID: "", restartCount: 0 };

function podOf(state: V1ContainerState | null, more: Partial<V1Pod["status"]> = {}): V1Pod {
  const statuses = state === null ? [] : [{ ...NAMED, ready: false, state }];
  return {
    metadata: { name: "site-x-1", uid: "pod", creationTimestamp: ago(8) },
    spec: { nodeName: "n1", containers: [] },
    status: { phase: "Pending", containerStatuses: statuses, ...more },
  };
}

const waiting = (reason: string, message: string) => podOf({ waiting: { reason, message } });
const unscheduled = (message: string) => {
  const condition = { type: "PodScheduled", status: "False", reason: "Unschedulable", message };
  return podOf(null, { conditions: [{ ...condition, lastTransitionTime: ago(7) }] });
};
const event = (reason: string, message: string, minutesAgo = 1): CoreV1Event => ({
  metadata: {},
  involvedObject: {},
  reason,
  message,
  lastTimestamp: ago(minutesAgo),
});
const RUNNING: V1ContainerState = { running: { startedAt: ago(1) } };
const QUOTA = "exceeded quota: site-jobs, requested: pods=1, used: pods=5, limited: pods=5";

type Case = [
  sentence: string,
  seen: { job?: V1Job; pods?: V1Pod[]; events?: CoreV1Event[] },
  expected: [reason: string, message: string, minutes: number] | null,
];

const cases: Case[] = [
  ["nothing, where a container runs", { pods: [podOf(RUNNING)] }, null],
  ["nothing, where the Pod has ended", { pods: [podOf(null, { phase: "Failed" })] }, null],
  [
    "nothing, where an init container runs and the others wait",
    {
      pods: [
        podOf(
          { waiting: { reason: "PodInitializing" } },
          { initContainerStatuses: [{ ...NAMED, ready: false, state: RUNNING }] },
        ),
      ],
    },
    null,
  ],
  [
    "an image that cannot be pulled",
    { pods: [waiting("ImagePullBackOff", 'Back-off pulling image "frappe/erpnext:v0"')] },
    [
      "ImageNotPulled",
      'The image frappe/erpnext:v0 cannot be pulled: Back-off pulling image "frappe/erpnext:v0"',
      8,
    ],
  ],
  [
    "an image without a name",
    { pods: [waiting("InvalidImageName", "")] },
    ["ImageNotPulled", "The image frappe/erpnext:v0 cannot be pulled: InvalidImageName", 8],
  ],
  [
    "an image that an init container does not get",
    {
      pods: [
        podOf(null, {
          initContainerStatuses: [
            {
              ...NAMED,
              ready: false,
              state: { waiting: { reason: "ErrImagePull", message: "no" } },
            },
          ],
        }),
      ],
    },
    ["ImageNotPulled", "The image frappe/erpnext:v0 cannot be pulled: no", 8],
  ],
  [
    "a Secret that is missing",
    { pods: [waiting("CreateContainerConfigError", 'secret "frappe-database-admin" not found')] },
    [
      "SecretMissing",
      'A Secret that the site Job needs is missing: secret "frappe-database-admin" not found',
      8,
    ],
  ],
  [
    "a key that its Secret lacks",
    {
      pods: [
        waiting("CreateContainerConfigError", "couldn't find key password in Secret frappe/a"),
      ],
    },
    [
      "SecretMissing",
      "A Secret that the site Job needs is missing: couldn't find key password in Secret frappe/a",
      8,
    ],
  ],
  [
    "a container that cannot be created",
    {
      pods: [
        waiting(
          "CreateContainerConfigError",
          "container has runAsNonRoot and image will run as root",
        ),
      ],
    },
    [
      "ContainerNotCreated",
      'The container "site" cannot be created: container has runAsNonRoot and image will run as root',
      8,
    ],
  ],
  [
    "no node that fits",
    { pods: [unscheduled("0/1 nodes are available: 1 Insufficient memory.")] },
    [
      "NoNodeFits",
      "No node has room for the site Job: 0/1 nodes are available: 1 Insufficient memory.",
      7,
    ],
  ],
  [
    "a volume claim that is missing",
    { pods: [unscheduled('persistentvolumeclaim "kairos-volume" not found')] },
    [
      "VolumeMissing",
      'A volume that the site Job needs is missing: persistentvolumeclaim "kairos-volume" not found',
      7,
    ],
  ],
  [
    "a volume claim without a volume",
    {
      pods: [
        unscheduled("0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims."),
      ],
    },
    [
      "VolumeMissing",
      "A volume that the site Job needs is missing: 0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.",
      7,
    ],
  ],
  [
    "containers that do not start",
    { pods: [waiting("ContainerCreating", "")] },
    ["ContainersStarting", "No container of the site Job runs yet.", 8],
  ],
  [
    "a volume that is not mounted",
    {
      pods: [waiting("ContainerCreating", "")],
      events: [
        event("Pulled", "yes", 0),
        event("FailedMount", "old", 5),
        event("FailedMount", "no route"),
      ],
    },
    ["VolumeNotMounted", "A volume of the site Job cannot be mounted: no route", 8],
  ],
  [
    "a quota that is used up",
    { events: [event("FailedCreate", `Error creating: pods "x" is forbidden: ${QUOTA}`)] },
    ["QuotaExceeded", `The namespace's quota allows no more: ${QUOTA}`, 9],
  ],
  [
    "a Pod that is not made for another reason",
    {
      events: [
        event("FailedCreate", 'Error creating: pods "x" is forbidden: violates PodSecurity'),
      ],
    },
    [
      "PodNotCreated",
      'No Pod can be made for the site Job: Error creating: pods "x" is forbidden: violates PodSecurity',
      9,
    ],
  ],
  ["a Pod that nobody makes", {}, ["PodNotCreated", "The site Job has no Pod yet.", 9]],
  [
    "a Job that is being deleted",
    { job: DELETED, pods: [podOf(RUNNING)] },
    [
      "JobTerminating",
      "The Pod site-x-1 on the node n1 has been stopping for 12 minutes; its node may be lost.",
      12,
    ],
  ],
  [
    "a Job that is being deleted and has no Pod",
    { job: DELETED },
    ["JobTerminating", "The site Job is being deleted, and has not gone for 12 minutes.", 12],
  ],
  [
    "a Pod that somebody deletes",
    {
      pods: [
        { ...podOf(RUNNING), metadata: { ...podOf(null).metadata, deletionTimestamp: ago(1) } },
      ],
    },
    [
      "PodTerminating",
      "The Pod site-x-1 on the node n1 has been stopping for 1 minute; its node may be lost.",
      1,
    ],
  ],
  [
    "a node that is lost",
    {
      pods: [
        podOf(null, {
          phase: "Running",
          containerStatuses: [{ ...NAMED, ready: true, state: RUNNING }],
          conditions: [{ type: "Ready", status: "False", lastTransitionTime: ago(3) }],
        }),
      ],
    },
    ["NodeLost", "The node n1 tells nothing of the Pod site-x-1.", 3],
  ],
];
for (const [sentence, { job = JOB, pods = [], events = [] }, expected] of cases) {
  test(`finds ${sentence}`, () => {
    const found = toBlocker(job, pods, events, NOW);
    const [reason, message, minutes] = expected ?? [];
    const since = ago(minutes ?? 0);
    assert.equal(found, expected === null ? null : { reason, since, message });
  });
}

test("the newest Pod speaks, in whichever order they come", () => {
  const older = { ...podOf(RUNNING), metadata: { creationTimestamp: ago(9) } };
  const newer = unscheduled("none");
  for (const pods of [
    [older, newer],
    [newer, older],
  ]) {
    assert.is(toBlocker(JOB, pods, [], NOW)?.reason, "NoNodeFits");
  }
});

test("events are asked for only where they may say more", () => {
  assert.is(uidToAskAbout(JOB, [], NOW), "job");
  assert.is(uidToAskAbout(JOB, [waiting("ContainerCreating", "")], NOW), "pod");
  for (const pod of [podOf(RUNNING), unscheduled("none"), waiting("ErrImagePull", "no")]) {
    assert.is(uidToAskAbout(JOB, [pod], NOW), null);
  }
  assert.is(uidToAskAbout(DELETED, [], NOW), null);
});

test("a refusal that is not a quota's is no blocker", () => {
  assert.is(toQuotaExceeded('jobs.batch "x" is forbidden: User cannot create', NOW), null);
});

test("an age is told the coarser the longer it is", () => {
  const ages = [0, 1, 14, 17, 59, 60, 200].map((minutes) => ageInWords(ago(minutes), NOW));
  const minutes = ["less than a minute", "1 minute", "14 minutes", "15 minutes", "55 minutes"];
  assert.equal(ages, [...minutes, "1 hour", "3 hours"]);
});

test.run();
