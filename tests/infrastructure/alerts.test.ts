/**
 * Each alert on logs in terraform/cluster-alerts.tf, against what is written: by the code, which is run, and by Kubernetes, as a
 * kubelet 1.35 wrote it (`kubelet-alerts.long` holds the same filters against a real one).
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { missingTerraform, openTerraform } from "../../scripts/terraform/run-terraform.ts";
import { decide } from "../../shared/reconciler/decide.ts";
import type { Job } from "../../shared/reconciler/decision.ts";
import { reconcileOneDomain } from "../../shared/runtime/reconcile-domains.ts";
import type { DomainDependencies } from "../../shared/runtime/reconcile-domains.ts";
import { createDecisionLog } from "../../shared/runtime/decision-log.ts";
import { AdapterError } from "../../shared/platform/errors.ts";
import type { AdapterErrorCode } from "../../shared/platform/errors.ts";
import { log, writeLogLine } from "../../shared/platform/log.ts";
import type { IoHandlers } from "../../shared/reconciler/ports.ts";
import { addSeconds, newTenant } from "../../shared/tenant/tenant.ts";
import { filtersAfter } from "./alert-filters.ts";
import type { Filters } from "./alert-filters.ts";
import { asLogEntry, ofFunction, ofNodeLog } from "./kubernetes-log.ts";
import type { ClusterEvent } from "./kubernetes-log.ts";
import { logLinesOf } from "../testkit/log-lines.ts";
import { parseFilter } from "./logging-filter.ts";
import type { LogEntry } from "./logging-filter.ts";
import { skip } from "../testkit/parts.ts";
import { withParts } from "../testkit/tenant-parts.ts";
import { REQUESTER } from "../testkit/requester.ts";

const test = suite("what the alerts are about");

const NOW = new Date("2026-11-29T12:00:00Z");
const NAMESPACE = "tenants";
const ID = "0c16443d-3d8e-4c0d-b43c-ac1174140611";

function event(
  object: string,
  [type, reason, message]: [string, string, string],
  namespace = NAMESPACE,
): ClusterEvent {
  const [kind = "", name = ""] = object.split(" ");
  return { involvedObject: { kind, name, namespace }, type, reason, message };
}

const IMAGE: [string, string, string] = [
  "Normal",
  "BackOff",
  'Back-off pulling image "registry.invalid/absent:1"',
];

/** An event, and which alerts and other filters are about it. */
const EVENTS: [ClusterEvent, string[]][] = [
  [event("Pod site-1-x", IMAGE), ["image-not-pulled"]],
  [event("Pod mariadb-0", IMAGE), ["image-not-pulled"]],
  [event("Pod somebodys", IMAGE, "kube-system"), []],
  [
    event("Pod site-1-x", [
      "Warning",
      "Evicted",
      "Pod ephemeral local storage usage exceeds the total limit of containers 8Mi. ",
    ]),
    ["evicted"],
  ],
  [
    event("Pod mariadb-0", [
      "Warning",
      "FailedScheduling",
      "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.",
    ]),
    ["no-node"],
  ],
  [
    event("Job site-1", [
      "Warning",
      "FailedCreate",
      'Error creating: pods "site-1-gbd8x" is forbidden: exceeded quota: kairos-site-jobs, requested: limits.memory=9999Gi, used: limits.memory=0, limited: limits.memory=120Gi',
    ]),
    ["namespace-quota"],
  ],
  [
    event("Job site-1", ["Warning", "FailedCreate", 'pods "site-1-x" is forbidden: violates Pod']),
    [],
  ],
  // As GKE's node-problem-detector writes it (kubernetes/node-problem-detector, issue 766).
  [
    event(
      "Node gk3-kairos-1",
      [
        "Warning",
        "OOMKilling",
        "Memory cgroup out of memory: Killed process 3504804 (python) total-vm:753508kB, anon-rss:58776kB",
      ],
      "default",
    ),
    ["out-of-memory"],
  ],
  [event("Job site-1", ["Warning", "DeadlineExceeded", "Job was active longer than"]), []],
  [
    event("Pod mariadb-0", ["Warning", "BackOff", "Back-off restarting failed container mariadb"]),
    [],
  ],
  [event("Pod site-1-x", ["Normal", "Scheduled", "Successfully assigned tenants/site-1-x"]), []],
  [event("Pod site-1-x", ["Normal", "Pulling", 'Pulling image "frappe/erpnext:v16"']), []],
  [event("Pod site-1-x", ["Normal", "Killing", "Stopping container main"]), []],
];

test("the language of the filters is read as Cloud Logging reads it", () => {
  const entry: LogEntry = {
    logName: "projects/p/logs/events",
    resource: { type: "k8s_pod", labels: { a: "b" } },
    jsonPayload: { reason: "Evicted", count: 3 },
  };
  for (const [filter, expected] of [
    [`jsonPayload.reason="evicted"`, true],
    [`jsonPayload.reason:"vict"`, true],
    [`jsonPayload.reason=~"^evicted$"`, false],
    [`jsonPayload.reason=("Other" OR "Evicted")`, true],
    [`jsonPayload.absent="x"`, false],
    [`jsonPayload.count>=3\nresource.labels.a="b"`, true],
    [`log_id("events") resource.type="k8s_node"`, false],
    [`log_id("other") OR resource.type="k8s_pod" AND jsonPayload.reason="Evicted"`, true],
    [`(log_id("other") OR resource.type="k8s_pod") jsonPayload.reason="Other"`, false],
  ] as const) {
    assert.is(parseFilter(filter)(entry), expected, filter);
  }
  for (const bad of [`NOT a="b"`, `a="b`, `a~"b"`, `(a="b"`, `a="b")`, `log_id(events`]) {
    assert.throws(() => parseFilter(bad), undefined, bad);
  }
});

const missing = missingTerraform();
if (missing === null) addTests();
else skip(test, "what the alerts are about", "terraform", missing);
test.run();

function addTests(): void {
  let filters: Filters;
  test.before(async () => {
    const terraform = await openTerraform();
    try {
      filters = await filtersAfter("everything.tftest.hcl", NAMESPACE, terraform);
    } finally {
      terraform.close();
    }
  });

  /** Which filters are about an entry. */
  const about = (entry: LogEntry) => filters.names.filter((name) => filters.matches(name, entry));

  test("there are those alerts that are looked at here", () => {
    const ofEvents = EVENTS.flatMap(([, expected]) => expected);
    const ofFunctions = [
      "backup-overdue",
      "domain-degraded",
      "domains-denied",
      "pool-paused",
      "restore-test-failed",
      "rollout-paused",
      "set-up-fails",
    ];
    assert.equal(filters.names, [...new Set([...ofEvents, ...ofFunctions])].toSorted());
  });

  for (const [one, expected] of EVENTS) {
    test(`${one.involvedObject.kind} ${one.reason} in ${one.involvedObject.namespace}: ${expected.join(", ") || "nobody is told"}`, () => {
      assert.equal(about(asLogEntry(one)), expected);
    });
  }

  test("containerd's word of a killed process: out-of-memory", () => {
    const line =
      'time="2026-11-29T10:27:11Z" level=info msg="TaskOOM event &TaskOOM{ContainerID:4f"';
    assert.equal(about(ofNodeLog(line)), ["out-of-memory"]);
    assert.equal(about(ofNodeLog('level=info msg="CreateContainer within sandbox"')), []);
  });

  test("an attempt that is ended because of the set-up: set-up-fails", async () => {
    for (const service of ["kairos-provision", "kairos-cleanup"]) {
      assert.equal(about(ofFunction(service, await lineOfSetUp(600))), ["set-up-fails"], service);
    }
    assert.equal(about(ofFunction("somebody-else", await lineOfSetUp(600))), []);
  });

  test("a custom domain that is degraded, or that nobody may look at: somebody is told", async () => {
    for (const [code, expected] of [
      ["denied", ["domains-denied"]],
      ["unavailable", []],
    ] as const) {
      assert.equal(about(ofFunction("kairos-provision", await lineOfDomain(code))), expected);
    }
    const [degraded = {}] = await logLinesOf(async () => log("WARNING", "DomainDegraded", {}));
    assert.equal(about(ofFunction("kairos-provision", degraded)), ["domain-degraded"]);
  });

  test("a pool of which the filling pauses: pool-paused", async () => {
    const [line = {}] = await logLinesOf(async () => log("ERROR", "PoolPaused", { failures: 3 }));
    assert.equal(about(ofFunction("kairos-provision", line)), ["pool-paused"]);
    const [other = {}] = await logLinesOf(async () => log("ERROR", "PoolNotKept", {}));
    assert.equal(about(ofFunction("kairos-provision", other)), []);
  });

  test("a rollout that has paused itself: rollout-paused", async () => {
    const [line = {}] = await logLinesOf(async () => log("ERROR", "RolloutPaused", {}));
    assert.equal(about(ofFunction("kairos-provision", line)), ["rollout-paused"]);
    const [other = {}] = await logLinesOf(async () => log("WARNING", "RolloutsNotKept", {}));
    assert.equal(about(ofFunction("kairos-provision", other)), []);
  });

  test("a tenant without a good backup: backup-overdue", async () => {
    const [line = {}] = await logLinesOf(async () => log("ERROR", "BackupOverdue", {}));
    assert.equal(about(ofFunction("kairos-provision", line)), ["backup-overdue"]);
  });

  test("a backup that cannot be restored: restore-test-failed", async () => {
    const [line = {}] = await logLinesOf(async () => log("ERROR", "RestoreTestFailed", {}));
    assert.equal(about(ofFunction("kairos-provision", line)), ["restore-test-failed"]);
  });

  test("one that is only blocked: nobody is told", async () => {
    assert.equal(about(ofFunction("kairos-provision", await lineOfSetUp(300))), []);
  });
}

/** The line that is logged of a custom domain where Certificate Manager has answered so. */
async function lineOfDomain(code: AdapterErrorCode): Promise<Record<string, unknown>> {
  const refused = () => Promise.reject(new AdapterError("certificates", code, "planted"));
  const store = { readDomain: refused, putOffDomain: () => Promise.resolve() };
  const dependencies = { store, domains: {} } as unknown as DomainDependencies;
  const [line = {}] = await logLinesOf(() => reconcileOneDomain("shop.com", dependencies));
  return line;
}

/** The line that is logged of a tenant whose image has been missing for so many seconds. */
async function lineOfSetUp(seconds: number): Promise<Record<string, unknown>> {
  const wanted = { organization: "Acme", subdomain: "acme", email: "a@acme.example" };
  const operation = {
    kind: "create" as const,
    generation: 1,
    attempt: 1,
    first_attempt: 1,
    started_at: addSeconds(NOW, -seconds),
    slot: 0,
    slot_at: NOW,
    deadline_at: addSeconds(NOW, 2700),
  };
  const tenant = withParts(
    newTenant(
      { id: ID, commandId: "w1", requestedBy: REQUESTER, ...wanted },
      addSeconds(NOW, -700),
    ),
    { status: { phase: "provisioning", operation } },
  );
  const job: Job = {
    uid: "u1",
    kind: "create",
    generation: 1,
    attempt: 1,
    terminating: false,
    outcome: null,
    blocker: {
      reason: "ImageNotPulled",
      message: "not found",
      since: addSeconds(NOW, -seconds),
    },
  };
  const decision = decide({ tenant, job }, NOW, {
    baseDomain: "kairos.app",
    retryPauseSeconds: 30,
    backupBucket: null,
    upgradeDeadlineMinutes: 240,
  });
  assert.is(decision.reason === "SetUpFails", seconds >= 600);
  const [line = {}] = await logLinesOf(async () => {
    const decisions = createDecisionLog(writeLogLine);
    const handlers = { decided: () => Promise.resolve(undefined) } as unknown as IoHandlers;
    await decisions.watch(handlers).decided({ tenant, decision, now: NOW });
    decisions.end();
  });
  return line;
}
