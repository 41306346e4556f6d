/** Which call of which adapter performs an I/O request, and what becomes of its answer. */
import type { V1Job, V1Secret } from "@kubernetes/client-node";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { backupKey } from "../backups/backup-key.ts";
import { siteJob } from "../operations/job-manifest.ts";
import { handlersFor } from "./run-reconcile.ts";
import type { Dependencies } from "./run-reconcile.ts";
import type { IoHandlers } from "../reconciler/ports.ts";
import type { Blocker } from "../reconciler/blocker.ts";
import { reconcile } from "../reconciler/reconcile.ts";
import { runSteps } from "../reconciler/run-steps.ts";
import type { Bench } from "../configuration/bench.ts";
import { newTenant, withChanges } from "../tenant/tenant.ts";
import type { Operation, Tenant } from "../tenant/tenant.ts";
import { createModel, putRecord } from "../../tests/exploration/model-handlers.ts";
import { SETTINGS } from "../../tests/testkit/fake-cluster.ts";
import { fakeVersion } from "../../tests/testkit/fake-version.ts";
import { logLinesOf } from "../../tests/testkit/log-lines.ts";
import { REQUESTER } from "../../tests/testkit/requester.ts";
import { MAIN_BENCH } from "../../tests/testkit/some-bench.ts";
import { siteAt } from "../../tests/testkit/some-site.ts";

const test = suite("I/O requests");

const ID = "0c16443d-3d8e-4c0d-b43c-ac1174140611";
const OTHER = "7d2b1f60-11aa-4c9e-9d0e-5b1f0a6f2c11";
const NOW = new Date("2026-11-24T12:00:00Z");
const tenant = newTenant(
  {
    id: ID,
    commandId: "w",
    requestedBy: REQUESTER,
    organization: "Acme",
    subdomain: "acme",
    email: "a@acme.example",
  },
  NOW,
);
const operation: Operation = {
  kind: "create",
  generation: 1,
  attempt: 1,
  first_attempt: 1,
  started_at: NOW,
  slot: 0,
  slot_at: NOW,
  deadline_at: null,
};
const changes = { status: { step: "x" } };
const stored = { record: tenant, version: fakeVersion(7) };

interface ActionResult {
  /** The calls that were made, with what was asked. */
  calls: [name: string, ...asked: unknown[]][];
  result: unknown;
}

/** Performs one request with adapters that answer this to everything. */
async function runHandler(
  run: (handlers: IoHandlers) => Promise<unknown>,
  answer: unknown,
  more: Partial<Dependencies> = {},
): Promise<ActionResult> {
  const calls: ActionResult["calls"] = [];
  const adapter = (name: string) =>
    new Proxy(
      {},
      {
        get:
          (_target, method) =>
          (...asked: unknown[]) => {
            calls.push([`${name}.${String(method)}`, ...asked]);
            return Promise.resolve(answer);
          },
      },
    );
  const [store, cluster, bus] = [adapter("store"), adapter("cluster"), adapter("bus")];
  const adapters = { store, cluster, bus, settings: SETTINGS } as unknown as Dependencies;
  const dependencies = { ...adapters, ...more };
  return { calls, result: await run(handlersFor(dependencies)) };
}

interface Case {
  run: (handlers: IoHandlers) => Promise<unknown>;
  calls: ActionResult["calls"];
  /** What the adapter may answer, and what that comes to. */
  answers: [answer: unknown, result: unknown][];
}

/** Each kind of request that an adapter performs. The others are below. */
const CASES: Record<
  Exclude<keyof IoHandlers, "now" | "decided" | "createSecret" | "endDeletion">,
  Case
> = {
  readTenant: {
    run: (handlers) => handlers.readTenant({ tenantId: ID }),
    calls: [["store.readTenant", ID]],
    answers: [
      [null, null],
      [
        { record: tenant, version: fakeVersion(1) },
        { record: tenant, version: fakeVersion(1) },
      ],
    ],
  },
  writeTenant: {
    run: (handlers) => handlers.writeTenant({ stored, changes, freedSlot: 2, seen: null }),
    calls: [["store.writeTenant", stored, changes, { freedSlot: 2, seen: null }]],
    answers: [
      [null, null],
      [stored, stored],
    ],
  },
  readSlots: {
    run: (handlers) => handlers.readSlots({}),
    calls: [["store.readSlots"]],
    answers: [
      [
        [
          { slot: 3, tenantId: OTHER },
          { slot: 0, tenantId: ID },
        ],
        [3, 0],
      ],
    ],
  },
  claimSlot: {
    run: (handlers) => handlers.claimSlot({ stored, slot: 2, changes }),
    calls: [["store.claimSlot", stored, 2, changes]],
    answers: [
      [{ result: "taken" }, { result: "taken" }],
      [
        { result: "claimed", stored },
        { result: "claimed", stored },
      ],
    ],
  },
  triggerNextInQueue: {
    run: (handlers) => handlers.triggerNextInQueue({}),
    calls: [
      ["store.queue", 1],
      ["bus.publish", { kind: "tenant", tenant_id: OTHER }],
    ],
    answers: [[[OTHER], undefined]],
  },
  readJob: {
    run: (handlers) => handlers.readJob({ tenantId: ID }),
    calls: [["cluster.readJob", ID]],
    answers: [
      [null, null],
      [{ uid: "u" }, { uid: "u" }],
    ],
  },
  createJob: {
    run: (handlers) => handlers.createJob({ tenant, operation }),
    calls: [["cluster.createJob", siteJob(tenant, operation, SETTINGS)]],
    answers: [
      ["made", "made"],
      ["taken", "taken"],
    ],
  },
  readReport: {
    run: (handlers) => handlers.readReport({ tenantId: ID, uid: "u" }),
    calls: [["cluster.readReport", ID, "u"]],
    answers: [
      [null, null],
      [{ log: "x" }, { log: "x" }],
    ],
  },
  deleteJob: {
    run: (handlers) => handlers.deleteJob({ tenantId: ID, uid: "u" }),
    calls: [["cluster.deleteJob", ID, "u"]],
    answers: [[undefined, undefined]],
  },
  deleteSecret: {
    run: (handlers) => handlers.deleteSecret({ tenantId: ID }),
    calls: [["cluster.deleteSecret", ID, "passwords"]],
    answers: [
      [true, undefined],
      [false, undefined],
    ],
  },
};

for (const [io, { run, calls, answers }] of Object.entries(CASES)) {
  for (const [answer, result] of answers) {
    test(`${io} makes its call, and gives what came of it: ${JSON.stringify(result)}`, async () => {
      assert.equal(await runHandler(run, answer), { calls, result });
    });
  }
}

for (const ended of [true, false]) {
  test(`endDeletion tells whether the deletion has ended: ${ended}`, async () => {
    const before = Date.now();
    const { calls, result } = await runHandler(
      (handlers) => handlers.endDeletion({ tenant, version: fakeVersion(7) }),
      ended,
    );
    assert.is(result, ended);
    const [[name, ...asked] = [""]] = calls;
    assert.equal([name, ...asked.slice(0, 2), calls.length], ["store.endDeletion", tenant, 7, 1]);
    assert.ok((asked[2] as Date).getTime() >= before);
  });
}

for (const ended of [true, false]) {
  test(`with custom domains, a deletion that has ended triggers those of its tenant: ${ended}`, async () => {
    const domains = {} as Dependencies["domains"];
    const { calls, result } = await runHandler(
      (handlers) => handlers.endDeletion({ tenant, version: fakeVersion(7) }),
      ended,
      { domains },
    );
    assert.is(result, ended);
    assert.equal(
      calls.slice(1),
      ended ? [["bus.publish", { kind: "domains", tenant_id: ID }]] : [],
    );
  });
}

for (const made of ["made", "taken"]) {
  test(`createSecret makes one with passwords of its own, each time others: ${made}`, async () => {
    const secrets: Record<string, string>[] = [];
    for (let time = 0; time < 2; time++) {
      const { calls, result } = await runHandler(
        (handlers) => handlers.createSecret({ tenantId: ID, secret: "passwords" }),
        made,
      );
      assert.is(result, made);
      const [[name, secret] = [""]] = calls;
      assert.equal([name, calls.length], ["cluster.createSecret", 1]);
      const { metadata, stringData } = secret as {
        metadata: { name: string };
        stringData: Record<string, string>;
      };
      assert.is(metadata.name, `site-${ID}`);
      secrets.push(stringData);
    }
    const passwords = secrets.flatMap((secret) => Object.values(secret));
    assert.is(new Set(passwords).size, 4);
    assert.ok(passwords.every((password) => /^[0-9a-f]{48}$/.test(password)));
  });
}

const WITH_BACKUPS = {
  settings: { ...SETTINGS, backupBucket: "backups", backupSecret: "5e".repeat(32) },
} as unknown as Partial<Dependencies>;

test("the Secret of a tenant's backups has the key that its salt makes", async () => {
  const salt = "a1".repeat(32);
  const { calls } = await runHandler(
    (handlers) => handlers.createSecret({ tenantId: ID, secret: "backup-key" }),
    salt,
    WITH_BACKUPS,
  );
  const [asked, made] = calls;
  assert.equal(asked?.slice(0, 2), ["store.backupSalt", ID]);
  assert.match(String(asked?.[2]), /^[0-9a-f]{64}$/);
  const secret = made?.[1] as V1Secret | undefined;
  assert.is(secret?.metadata?.name, `site-${ID}-backup-key`);
  assert.equal(secret?.stringData, { key: backupKey("5e".repeat(32), salt, ID) });
});

test("where there are no backups no key is made", async () => {
  try {
    await runHandler(
      (handlers) => handlers.createSecret({ tenantId: ID, secret: "backup-key" }),
      "a1",
    );
    assert.unreachable();
  } catch (error) {
    assert.match(String(error), /BACKUP_BUCKET and BACKUP_SECRET are not set/);
  }
});

test("with backups both Secrets are deleted", async () => {
  const deleting = (handlers: IoHandlers) => handlers.deleteSecret({ tenantId: ID });
  const { calls } = await runHandler(deleting, true, WITH_BACKUPS);
  assert.equal(calls, [
    ["cluster.deleteSecret", ID, "passwords"],
    ["cluster.deleteSecret", ID, "backup-key"],
  ]);
});

test("with backups what was exported of them goes first, and a bucket that fails leaves the Secrets to the next time", async () => {
  const deleting = (handlers: IoHandlers) => handlers.deleteSecret({ tenantId: ID });
  const removed: string[] = [];
  const removeExports = (tenantId: string) => Promise.resolve(void removed.push(tenantId));
  await runHandler(deleting, true, { ...WITH_BACKUPS, bucket: { removeExports } });
  assert.equal(removed, [ID]);
  const failing = { removeExports: () => Promise.reject(new Error("no answer")) };
  try {
    await runHandler(deleting, true, { ...WITH_BACKUPS, bucket: failing });
    assert.unreachable();
  } catch (error) {
    assert.match(String(error), /no answer/);
  }
});

/** A tenant whose site is in a bench that has gone, and who is to be suspended. */
const leftBehind = withChanges(tenant, {
  spec: { state: "suspended", generation: 2 },
  status: {
    phase: "active",
    observed_generation: 1,
    site: siteAt("acme", { bench: "old", suspended: null }),
  },
});
const OLD_BENCH = { ...MAIN_BENCH, name: "old", image: "frappe/erpnext:v15", current: false };

test("no Job is made in a bench that the settings do not name; the tenant is told which, and goes on when they do", async () => {
  const model = createModel();
  putRecord(model, leftBehind);
  const manifests: V1Job[] = [];
  const createJob = (job: V1Job) => {
    manifests.push(job);
    return Promise.resolve("made");
  };
  const reconciled = async (benches: Bench[]): Promise<Tenant> => {
    const settings = { ...SETTINGS, benches };
    const real = handlersFor({ cluster: { createJob }, settings } as unknown as Dependencies);
    await runSteps(reconcile(ID, settings), { ...model.handlers, createJob: real.createJob });
    return model.state.tenants[ID]?.record ?? leftBehind;
  };
  const { status } = await reconciled([MAIN_BENCH, { ...MAIN_BENCH, name: "next" }]);
  assert.equal(
    [status.condition, status.reason, status.message, status.phase],
    [
      "blocked",
      "BenchMissing",
      "The settings do not name the bench old: they name main, next.",
      "active",
    ],
  );
  assert.equal(manifests, []);
  await reconciled([MAIN_BENCH, OLD_BENCH]);
  const [made] = manifests;
  assert.is(manifests.length, 1);
  assert.is(made?.spec?.template.spec?.containers[0]?.image, OLD_BENCH.image);
});

test("the bench that is missing for an upgrade is the one where the site is to be, and for a revert the one where it was", async () => {
  const upgrade = { from: "main", to: "next", under_way: true, failure: null };
  const between = withChanges(leftBehind, { status: { site: siteAt("acme"), upgrade } });
  const missing = async (kind: string, benches: Bench[]) => {
    const dependencies = { settings: { ...SETTINGS, benches } } as Partial<Dependencies>;
    const creating = (handlers: IoHandlers) =>
      handlers.createJob({ tenant: between, operation: { ...operation, kind } });
    const { calls, result } = await runHandler(creating, "made", dependencies);
    return [calls.length, typeof result === "object" ? (result as Blocker).message : result];
  };
  const told = (name: string, names: string) =>
    `The settings do not name the bench ${name}: they name ${names}.`;
  assert.equal(await missing("upgrade", [MAIN_BENCH]), [0, told("next", "main")]);
  assert.equal(await missing("revert", [MAIN_BENCH]), [1, "made"]);
  assert.equal(await missing("revert", [OLD_BENCH]), [0, told("main", "old")]);
  assert.equal(await missing("upgrade", [{ ...OLD_BENCH, name: "next" }]), [1, "made"]);
});

test("now is the present, and a decision is only reported", async () => {
  const before = Date.now();
  const { calls, result } = await runHandler((handlers) => handlers.now({}), null);
  assert.ok((result as Date).getTime() >= before);
  const decided = await runHandler(
    (handlers) => handlers.decided({ tenant, decision: {} as never, now: NOW }),
    null,
  );
  assert.equal([calls, decided], [[], { calls: [], result: undefined }]);
});

test("what is left of a Job may not be had: nothing is thrown, and the log says so", async () => {
  const cluster = { readReport: () => Promise.reject(new Error("away")) };
  const handlers = handlersFor({ cluster, settings: SETTINGS } as unknown as Dependencies);
  let report: unknown;
  const lines = await logLinesOf(async () => {
    report = await handlers.readReport({ tenantId: ID, uid: "u" });
  });
  assert.is(report, null);
  assert.equal([lines.length, lines[0]?.["message"]], [1, "ReportNotRead"]);
});

test("what an adapter throws comes through, but a trigger that is lost does not", async () => {
  const fail = () => Promise.reject(new Error("away"));
  const away = { readTenant: fail, queue: fail, endDeletion: fail };
  const dependencies = { store: away, settings: SETTINGS } as unknown as Dependencies;
  const handlers = handlersFor(dependencies);
  for (const run of [
    () => handlers.readTenant({ tenantId: ID }),
    () => handlers.endDeletion({ tenant, version: fakeVersion(1) }),
  ]) {
    assert.is(await run().catch((error: unknown) => (error as Error).message), "away");
  }
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = () => true;
  try {
    assert.is(await handlers.triggerNextInQueue({}), undefined);
  } finally {
    process.stdout.write = write;
  }
});

test.run();
