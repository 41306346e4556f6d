/** The metrics on log lines in terraform/monitoring.tf, against the lines that the code writes, which is run. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { resync } from "../../functions/provision/resync.ts";
import { missingTerraform, openTerraform } from "../../scripts/terraform/run-terraform.ts";
import { log } from "../../shared/platform/log.ts";
import type { Dependencies } from "../../shared/runtime/run-reconcile.ts";
import { addSeconds } from "../../shared/tenant/tenant.ts";
import { logLinesOf } from "../testkit/log-lines.ts";
import { skip } from "../testkit/parts.ts";
import { ofFunction } from "./kubernetes-log.ts";
import { parseFilter } from "./logging-filter.ts";
import { stateAfter } from "./terraform-state.ts";
import type { Resource } from "./terraform-state.ts";

const test = suite("metrics on log lines");

const missing = missingTerraform();
if (missing === null) addTests();
else skip(test, "metrics on log lines", "terraform", missing);
test.run();

type Line = Record<string, unknown>;

/** The line of a resync over nothing but an outbox, whose oldest event cannot be sent where it is so old. */
async function lineOfResync(unsentSeconds: number | null): Promise<Line> {
  const nothing = () => Promise.resolve([]);
  const since = addSeconds(new Date(), -(unsentSeconds ?? 0));
  const unsent = unsentSeconds === null ? [] : [{ tenantId: "t", since }];
  const away = () => Promise.reject(new Error("away"));
  const store = {
    dueTenants: nothing,
    readSlots: nothing,
    queue: nothing,
    recordHeartbeat: nothing,
    oldestUnsent: () => Promise.resolve(unsent),
    unsentEvents: away,
  };
  const cluster = { listJobs: nothing };
  const dependencies = { store, cluster, settings: {} } as unknown as Dependencies;
  const lines = await logLinesOf(() => resync(dependencies));
  return lines.find(({ message }) => message === "ResyncFinished") ?? {};
}

function addTests(): void {
  let metrics: Map<string, Resource["values"]>;
  test.before(async () => {
    const terraform = await openTerraform();
    try {
      const { resources } = await stateAfter("everything.tftest.hcl", terraform);
      const found = resources.filter(({ type }) => type === "google_logging_metric");
      metrics = new Map(found.map(({ name, values }) => [name, values]));
    } finally {
      terraform.close();
    }
  });

  const counts = (name: string, line: Line) =>
    parseFilter(String(metrics.get(name)?.["filter"]))(ofFunction("kairos-provision", line));

  /** What a metric takes out of a line, by an extractor such as EXTRACT(jsonPayload.kind). */
  const taken = (extractor: unknown, line: Line) => {
    const [, field = ""] = /^EXTRACT\(jsonPayload\.(\w+)\)$/.exec(String(extractor)) ?? [];
    return line[field];
  };

  test("the age of the oldest unsent event is that of a resync's line", async () => {
    for (const [age, least] of [
      [null, 0],
      [400, 400],
    ] as const) {
      const line = await lineOfResync(age);
      assert.ok(counts("unsent", line));
      const seconds = Number(taken(metrics.get("unsent")?.["value_extractor"], line));
      assert.ok(seconds >= least && seconds < least + 3600, String(seconds));
    }
  });

  test("a resync that does not know of events is a heartbeat, and says no age", async () => {
    const line = { ...(await lineOfResync(null)), oldestUnsentSeconds: null };
    assert.equal([counts("unsent", line), counts("resyncs", line)], [false, true]);
  });

  test("the time to active is a customer's, out of the pool or not, and none of the pool's own", () => {
    const line = { message: "JobSucceeded", kind: "create", desired: "present" };
    const ended = { ...line, secondsSinceRequest: 3 };
    for (const [more, isCounted] of [
      [{}, true],
      [{ kind: "claim" }, true],
      [{ desired: "suspended" }, true],
      [{ desired: "standby" }, false],
      [{ kind: "drop", desired: "absent" }, false],
    ] as const) {
      const counted = counts("time_to_active", { ...ended, ...more });
      assert.is(counted, isCounted, JSON.stringify(more));
    }
  });

  test("how long a step took is told apart by kind and step", async () => {
    const step = { kind: "create", step: "install-app", seconds: 12.5 };
    const [line = {}] = await logLinesOf(async () => log("INFO", "StepEnded", step));
    assert.ok(counts("steps", line));
    const { value_extractor, label_extractors } = metrics.get("steps") ?? {};
    assert.is(taken(value_extractor, line), 12.5);
    const labels = Object.entries(label_extractors as Record<string, string>);
    assert.equal(
      labels.map(([label, extractor]) => [label, taken(extractor, line)]),
      [
        ["kind", "create"],
        ["step", "install-app"],
      ],
    );
  });
}
