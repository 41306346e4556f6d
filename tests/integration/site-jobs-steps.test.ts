/** The steps of site Jobs: as they are printed, and as they are left in the termination message. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseTerminationMessage } from "../../shared/kubernetes/termination-message.ts";
import { stepsIn } from "../../shared/kubernetes/job-steps.ts";
import { readSiteScripts } from "../../shared/operations/read-scripts.ts";
import { DEFAULT_BENCH } from "../../shared/configuration/bench.ts";
import { siteName } from "../../shared/tenant/names.ts";
import type { JobStep } from "../../shared/reconciler/decision.ts";
import { createSiteBench, tenantNamed } from "../testkit/site-bench.ts";
import type { PodRun, SiteBench } from "../testkit/site-bench.ts";

const test = suite("steps of site Jobs");

const ACME = tenantNamed("acme", "0c16443d-3d8e-4c0d-b43c-ac1174140611");

/** What Kubernetes keeps of a termination message. */
const KEPT_BYTES = 4096;

let bench: SiteBench;
test.before.each(() => {
  bench = createSiteBench();
});
test.after.each(() => bench.remove());

const namesOf = (steps: JobStep[]) => steps.map(({ name }) => name);
const leftIn = ({ left }: PodRun) =>
  left.flatMap((message) => parseTerminationMessage(message ?? "").steps);

/** That one clock was looked at again and again. */
function assertInOrder(steps: JobStep[], from: Date, to: Date): void {
  const times = [from, ...steps.map(({ since }) => since), to].map(Number);
  assert.equal(
    times,
    times.toSorted((left, right) => left - right),
  );
}

const CREATE = [
  ["check-services", "database"],
  [
    "start",
    "find-apps",
    "new-site",
    "set-config",
    "install-app",
    "add-user",
    "set-config",
    "verify",
  ],
] as const;
const OTHERS = [
  ["claim", ["start", "add-user", "set-config", "verify"]],
  ["rename", ["link-hosts", "set-config", "verify", "send-on"]],
  ["suspend", ["close-site", "set-maintenance-mode", "lock-database", "verify"]],
  ["resume", ["unlock-database", "set-maintenance-mode", "open-site", "verify"]],
  ["drop", ["drop-site", "forget-in-redis", "remove-record", "verify"]],
] as const;

test("are printed and left by each container, in order, with their times and no password", async () => {
  const before = new Date();
  const created = await bench.run({ kind: "create", tenant: ACME });
  assert.equal(
    created.left.map((message) => namesOf(parseTerminationMessage(message ?? "").steps)),
    CREATE,
  );
  const runs = [created];
  for (const [index, [kind, names]] of OTHERS.entries()) {
    const run = await bench.run({ kind, tenant: ACME, generation: index + 2 });
    assert.equal(namesOf(leftIn(run)), names);
    runs.push(run);
  }
  assertInOrder(runs.flatMap(leftIn), before, new Date());
  for (const { status, message, left, output } of runs) {
    assert.equal([status, message], [0, null]);
    assert.equal(stepsIn(output), leftIn({ left } as PodRun));
    for (const text of left) {
      const { step, steps, endedAt } = parseTerminationMessage(text ?? "");
      assert.is(step, steps.at(-1)?.name);
      assert.ok(Number(endedAt) >= Number(steps.at(-1)?.since));
      assert.ok(Buffer.byteLength(text ?? "") < KEPT_BYTES / 4);
    }
    assert.not.match([...left, output].join("\n"), /(root|database|administrator)-secret/);
  }
});

test("are left up to the one that failed, beside its words", async () => {
  const env = { LOCAL_BENCH_FAULTS: "acme:install-app" };
  const run = await bench.run({ kind: "create", tenant: ACME, env });
  const { step, text, steps } = parseTerminationMessage(run.left[1] ?? "");
  assert.is(step, "install-app");
  assert.match(text, /this fault was asked for/);
  assert.equal(namesOf(steps), CREATE[1].slice(0, 5));
});

test("are left beside the reason of a success that is not the plain one", async () => {
  mkdirSync(bench.site(ACME));
  writeFileSync(join(bench.site(ACME), "precious"), "data");
  const run = await bench.run({ kind: "drop", tenant: ACME });
  assert.is(run.message?.reason, "SiteNotOurs");
  const { step, steps, endedAt } = parseTerminationMessage(run.left[0] ?? "");
  assert.equal([step, namesOf(steps)], ["verify", OTHERS.at(-1)?.[1]]);
  assert.instance(endedAt, Date);
});

test("are in the log alone of a script that was killed", async () => {
  const env = replacedBench("kill -KILL 0");
  const run = await bench.run({
    kind: "create",
    tenant: ACME,
    env: { ...env, TIME_LIMIT_SECONDS: "60" },
  });
  assert.is(run.status, null);
  assert.equal([run.left.length, run.left[1]], [2, null]);
  assert.equal(namesOf(stepsIn(run.output)), [...CREATE[0], ...CREATE[1].slice(0, 3)]);
});

for (const [sentence, character] of [
  ["quotes and backslashes", '"\\'],
  ["letters", "x"],
  ["characters of four bytes", "😀"],
] as const) {
  test(`leave room in the message for words of many ${sentence}`, async () => {
    const words = `x${character.repeat(2000)}`;
    writeFileSync(join(bench.directory, "words"), words);
    const env = replacedBench("cat words; exit 1");
    const run = await bench.run({ kind: "create", tenant: ACME, env });
    const message = run.left[1] ?? "";
    assert.ok(Buffer.byteLength(message) < 3000, `${Buffer.byteLength(message)} bytes`);
    const { text, steps } = parseTerminationMessage(message);
    assert.ok(text.length >= 400 && words.startsWith(text) && text.isWellFormed(), text);
    assert.is(steps.at(-1)?.name, "new-site");
  });
}

test("are told by a clock of any time zone and form", () => {
  const { message, output } = runScript("step one", {
    TZ: "Asia/Tokyo",
    BASH_ENV: clock("2000000000,123456"),
  });
  const one = [{ name: "one", since: new Date(2_000_000_000_123) }];
  assert.equal([message.steps, stepsIn(output)], [one, one]);
  assert.equal(message.endedAt, one[0]?.since);
});

test("have times that never go back, whatever happens to the clock", () => {
  const BASH_ENV = clock("$((2000000000 - back++)).500000");
  const { message, output } = runScript("step one\nstep two\nstep three", { BASH_ENV });
  const times = message.steps.map(({ since }) => Number(since) / 1000);
  assert.equal(
    times,
    times.map(() => times[0]),
  );
  assert.equal([times.length, stepsIn(output)], [3, message.steps]);
});

test("that are too many for the message are in the log alone", () => {
  const names = Array.from({ length: 60 }, (_, k) => `step-${k}`);
  const { message, output, text } = runScript(names.map((name) => `step ${name}`).join("\n"));
  assert.equal([message.step, message.steps, text.length < 200], ["step-59", [], true]);
  assert.equal(namesOf(stepsIn(output)), names);
});

/** A script of these commands, after what every one begins with. */
function runScript(commands: string, env: Record<string, string> = {}) {
  const whole = readSiteScripts().get("create/site") ?? "";
  const common = whole.slice(0, whole.indexOf("# MariaDB's client, and"));
  const left = join(bench.directory, "left");
  const { stdout, status, stderr } = spawnSync("bash", ["-c", `${common}\n${commands}`], {
    cwd: bench.directory,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: "/usr/local/bin:/usr/bin:/bin",
      TERMINATION_LOG: left,
      TENANT_ID: ACME.id,
      POD_UID: ACME.id,
      GENERATION: "1",
      ATTEMPT: "1",
      SITE: siteName(ACME.id),
      BENCH: DEFAULT_BENCH,
      TIME_LIMIT_SECONDS: "60",
      ...env,
    },
  });
  const text = existsSync(left) ? readFileSync(left, "utf8") : "";
  assert.is(status, 0, `${stdout}${stderr}${text}`);
  return { output: stdout, text, message: parseTerminationMessage(text) };
}

/** A file by which bash's clock shows this, computed anew before each command. */
function clock(time: string): string {
  const file = join(bench.directory, "clock.sh");
  const set = `EPOCHREALTIME=${time}`;
  writeFileSync(file, `unset EPOCHREALTIME\nback=0\ntrap "${set.replaceAll("$", "\\$")}" DEBUG\n`);
  return file;
}

/** An environment in which another program takes the place of bench. */
function replacedBench(script: string): Record<string, string> {
  const directory = join(bench.directory, "scratch", "replaced");
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "bench"), `#!/usr/bin/env bash\n${script}\n`, { mode: 0o755 });
  const mariadb = new URL("../../scripts/local/fake-mariadb", import.meta.url).pathname;
  return { PATH: [directory, mariadb, "/usr/local/bin:/usr/bin:/bin"].join(":") };
}

test.run();
