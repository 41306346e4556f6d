/** What site Jobs say when something is wrong, and that nothing a customer types is executed: the real scripts on the fake bench. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createSiteBench, tenantNamed } from "../testkit/site-bench.ts";
import type { SiteBench } from "../testkit/site-bench.ts";
import { withParts } from "../testkit/tenant-parts.ts";

const test = suite("the words of site Jobs");

const ACME = tenantNamed("acme", "0c16443d-3d8e-4c0d-b43c-ac1174140611");

let bench: SiteBench;
test.before.each(() => {
  bench = createSiteBench();
});
test.after.each(() => bench.remove());

test("an exit code of bench is not taken for one of ours", async () => {
  for (const code of [65, 66, 67]) {
    const { status, message } = await bench.run({
      kind: "create",
      tenant: ACME,
      env: replacedBench(`echo "hook failed" >&2; exit ${code}`),
    });
    assert.is(status, 1);
    assert.is(message?.reason, "hook failed");
  }
});

test("a volume that cannot be read says so, and nothing is final", async () => {
  rmSync(bench.volume.tenants, { recursive: true });
  writeFileSync(bench.volume.tenants, "in the way");
  const { status, message } = await bench.run({ kind: "create", tenant: ACME });
  assert.is(status, 1);
  assert.is(message?.reason, `${bench.volume.tenants} cannot be read`);
});

test("what fails in the script itself says why, and not what went well before it", async () => {
  const real = new URL("../../scripts/local/fake-bench/bench", import.meta.url).pathname;
  const blocking = 'if [[ $* == *install-app* ]]; then mkdir "sites/$SITE/.provisioned"; fi';
  const env = replacedBench(`${blocking}; exec ${real} "$@"`);
  const { status, message } = await bench.run({ kind: "create", tenant: ACME, env });
  assert.is(status, 1);
  assert.is(message?.step, "verify");
  assert.match(message?.reason ?? "", /Is a directory/);
});

test("malformed values arrive as they are, and none of them is executed", async () => {
  const executed = join(bench.directory, "executed");
  const malformed = [
    `Robert'); DROP TABLE "Students"; --`,
    `$(touch ${executed}) \`touch ${executed}\` \${PATH} $TENANT_ID $(SITE) $$`,
    `--help; -x \\ \\\\ \\n "quoted" 'single' && touch ${executed} | tee ${executed}`,
    `two\nlines\tand a tab`,
    "🦄🏳️‍🌈".repeat(10),
    "ñ".repeat(100),
  ];
  // As malformed as one can be that Frappe takes.
  const email = `$\`touch$IFS${executed}\`'{*}@acme.example`;
  const shortest = tenantNamed("abc", "22222222-2222-4333-8444-555555555555");
  const longest = tenantNamed("a".repeat(30), "33333333-2222-4333-8444-555555555555");
  for (const [index, value] of malformed.entries()) {
    const named = index % 2 === 0 ? shortest : longest;
    const profile = { organization: value, email, first_name: value };
    const tenant = withParts(named, { profile });
    const { status, output } = await bench.run({ kind: "create", tenant, generation: index + 1 });
    assert.is(status, 0, output);
    const config = readFileSync(join(bench.site(tenant), "site_config.json"), "utf8");
    assert.is((JSON.parse(config) as { organization: string }).organization, value);
    assert.is(
      readFileSync(join(bench.site(tenant), "users.txt"), "utf8"),
      `${email.toLowerCase()} (System User, System Manager) ${value}\n`,
    );
    assert.not(existsSync(executed), value);
    // For the next value the site must be made anew.
    spawnSync("rm", ["-f", join(bench.site(tenant), ".provisioned")]);
  }
});

test("a setting that would reach SQL or a path in another form is refused", async () => {
  for (const env of [
    { SITE: "../../etc" },
    { SITE: "" },
    { DB_NAME: "a; DROP DATABASE mysql" },
    { TENANT_ID: "*" },
    { GENERATION: "1 || true" },
  ]) {
    const before = bench.snapshot();
    const { status, message } = await bench.run({ kind: "drop", tenant: ACME, env });
    assert.is(status, 1, JSON.stringify(env));
    assert.match(message?.reason ?? "", /missing or has an unexpected form/);
    assert.equal(bench.snapshot(), before);
  }
});

test("a message survives quotes, backslashes and control characters", async () => {
  const words = String.raw`it said "no" \ 'never' $(touch executed)`;
  const env = replacedBench(`printf '%s\\t\\001\\n' ${quoted(words)} >&2; exit 3`);
  const { status, message } = await bench.run({ kind: "create", tenant: ACME, env });
  assert.is(status, 3);
  assert.equal(message, { step: "new-site", reason: words });
});

test("a password that bench blurts out reaches neither the message nor the log", async () => {
  const env = replacedBench('echo "Access denied using $DB_PASSWORD" >&2; exit 1');
  const { message, output } = await bench.run({ kind: "create", tenant: ACME, env });
  assert.is(message?.reason, "Access denied using ***");
  assert.match(output, "Access denied using ***");
  assert.not.match(output, "database-secret");
});

test("a program that is killed is said to be killed, with its own last words", async () => {
  const env = replacedBench('echo "Installing erpnext..."; kill -KILL $$');
  const { status, message } = await bench.run({ kind: "create", tenant: ACME, env });
  assert.is(status, 137);
  assert.equal(message, {
    step: "new-site",
    reason: "SIGKILL ended it; the last that it said: Installing erpnext...",
  });
});

test("a progress bar, a colour and an empty line are no last words", async () => {
  const bar = String.raw`Updating DocTypes for frappe : [=====     ] 50%\rUpdating DocTypes for frappe : [======    ] 60%`;
  const env = replacedBench(
    String.raw`printf '%b' '\033[31mDisk quota exceeded\033[0m\n${bar}\n\n' >&2; exit 1`,
  );
  const { message, output } = await bench.run({ kind: "create", tenant: ACME, env });
  assert.is(message?.reason, "Disk quota exceeded");
  // Of what a terminal writes over itself, a log needs the end.
  assert.match(output, "60%");
  assert.not.match(output, "50%");
});

for (const [sentence, more, expected] of [
  [
    "a Job that is asked to stop",
    { signal: { after: "step: new-site", signal: "SIGTERM" } },
    { status: 143, reason: "it was asked to stop" },
  ],
  [
    "a script whose time is over",
    { env: { TIME_LIMIT_SECONDS: "1" } },
    { status: 1, reason: "it did not end within 1 seconds" },
  ],
] as const) {
  test(`${sentence} says so while bench works, and at which step it was`, async () => {
    const { env, ...signal } = { env: {}, ...more };
    // It would go on for a day.
    const endless = { LOCAL_BENCH_SECONDS: "86400" };
    const work = { kind: "create", tenant: ACME, env: { ...endless, ...env }, ...signal } as const;
    const { status, message } = await bench.run(work);
    assert.is(status, expected.status);
    assert.equal(message, { step: "new-site", reason: expected.reason });
  });
}

/** An environment in which another program takes the place of bench. */
function replacedBench(script: string): Record<string, string> {
  const directory = join(bench.directory, "scratch", "replaced");
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "bench"), `#!/usr/bin/env bash\n${script}\n`, { mode: 0o755 });
  const path = [directory, MARIADB_DIRECTORY, "/usr/local/bin:/usr/bin:/bin"].join(":");
  return { PATH: path };
}

const MARIADB_DIRECTORY = new URL("../../scripts/local/fake-mariadb", import.meta.url).pathname;

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

test.run();
