/** The real site scripts under bash, with the stand-in bench. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readSiteScripts } from "../shared/site-scripts/read.ts";
import type { JobKind } from "../shared/tenant.ts";
import { temporaryDirectory } from "./stack-fixture.ts";

const test = suite("site scripts");

const scripts = readSiteScripts();
const bench = fileURLToPath(new URL("../scripts/local/bench", import.meta.url));
const SITE = "acme.kairos.app";

let directory: string;
test.before.each(() => {
  directory = temporaryDirectory();
  mkdirSync(join(directory, "sites"));
});
test.after.each(() => rmSync(directory, { recursive: true, force: true }));

interface Run {
  status: number | null;
  stdout: string;
  message: { step: string; reason: string } | null;
}

function run(kind: JobKind, env: Record<string, string> = {}): Run {
  const terminationLog = join(directory, "termination-log");
  rmSync(terminationLog, { force: true });
  const { status, stdout } = spawnSync("bash", ["-c", scripts[kind]], {
    cwd: directory,
    encoding: "utf8",
    env: {
      PATH: `${bench}:/usr/local/bin:/usr/bin:/bin`,
      TERMINATION_LOG: terminationLog,
      TENANT_ID: "0c16443d-3d8e-4c0d-b43c-ac1174140611",
      SITE,
      APPS: "erpnext hrms",
      TENANT_EMAIL: "office@acme.example",
      DB_HOST: "mariadb",
      DB_PORT: "3306",
      DB_NAME: "tn0c16443d",
      DB_PASSWORD: "database-secret",
      ADMIN_PASSWORD: "administrator-secret",
      DB_ROOT_USERNAME: "root",
      DB_ROOT_PASSWORD: "root-secret",
      ...env,
    },
  });
  const message = existsSync(terminationLog)
    ? (JSON.parse(readFileSync(terminationLog, "utf8")) as Run["message"])
    : null;
  return { status, stdout, message };
}

const inSite = (file: string) => readFileSync(join(directory, "sites", SITE, file), "utf8");

test("create makes a whole site and leaves no message", () => {
  const { status, message } = run("create");
  assert.is(status, 0);
  assert.is(message, null);
  assert.is(inSite("apps.txt"), "frappe\nerpnext\nhrms\n");
  assert.is(inSite("users.txt"), "office@acme.example\n");
  const config = JSON.parse(inSite("site_config.json")) as Record<string, unknown>;
  assert.equal(config, {
    host_name: `https://${SITE}`,
    pause_scheduler: 0,
    db_type: "mariadb",
    db_name: "tn0c16443d",
    db_password: "database-secret",
  });
});

for (const step of ["new-site", "install-app", "add-user", "enable-scheduler", "set-config"]) {
  test(`create fails where ${step} fails, and says so in bench's words`, () => {
    const { status, message } = run("create", { LOCAL_BENCH_FAULTS: `acme:${step}` });
    assert.is(status, 1);
    assert.is(message?.step, step);
    assert.match(message?.reason ?? "", `bench ${step} failed for ${SITE}`);
  });
}

test("create fails when an app that was wanted is not there in the end", () => {
  // A bench that says that it installed what it did not.
  const lying = join(directory, "lying");
  mkdirSync(lying);
  const script = `#!/bin/sh\n[ "$3" = install-app ] && exit 0\nexec ${bench}/bench "$@"\n`;
  writeFileSync(join(lying, "bench"), script, { mode: 0o755 });
  const { status, message } = run("create", { PATH: `${lying}:/usr/local/bin:/usr/bin:/bin` });
  assert.is(status, 1);
  assert.equal(message, {
    step: "verify",
    reason: `the app erpnext is not installed on ${SITE}`,
  });
});

test("a second create on the same site is no success", () => {
  run("create");
  const { status, message } = run("create");
  assert.is(status, 1);
  assert.match(message?.reason ?? "", /already exists/);
});

test("a message survives quotes, backslashes and control characters", () => {
  const saying = join(directory, "saying");
  mkdirSync(saying);
  const words = String.raw`it said "no" \ 'never' $(touch executed)`;
  writeFileSync(join(saying, "words"), `${words}\t\u0001`);
  const script = `#!/bin/sh\ncat ${saying}/words >&2\nexit 3\n`;
  writeFileSync(join(saying, "bench"), script, { mode: 0o755 });
  const { status, message } = run("create", { PATH: `${saying}:/usr/local/bin:/usr/bin:/bin` });
  assert.is(status, 3);
  assert.equal(message, { step: "new-site", reason: words });
  assert.not(existsSync(join(directory, "executed")));
});

test("a password that bench blurts out does not reach the message", () => {
  const blurting = join(directory, "blurting");
  mkdirSync(blurting);
  const script = `#!/bin/sh\necho "Access denied using $DB_PASSWORD and $DB_ROOT_PASSWORD" >&2\nexit 1\n`;
  writeFileSync(join(blurting, "bench"), script, { mode: 0o755 });
  const { message } = run("create", { PATH: `${blurting}:/usr/local/bin:/usr/bin:/bin` });
  assert.is(message?.reason, "Access denied using *** and ***");
});

test("drop leaves nothing of a whole site", () => {
  run("create");
  const { status } = run("drop");
  assert.is(status, 0);
  assert.equal(readdirSync(join(directory, "sites"), { recursive: true }), ["archived_sites"]);
});

test("drop leaves nothing of a half-made site", () => {
  run("create", { LOCAL_BENCH_FAULTS: "acme:new-site" });
  assert.ok(existsSync(join(directory, "sites", SITE)));
  assert.is(run("drop").status, 0);
  assert.not(existsSync(join(directory, "sites", SITE)));
});

test("drop on a site that is not there succeeds", () => {
  assert.is(run("drop").status, 0);
});

test("a drop that fails says so and leaves the site", () => {
  run("create");
  const { status, message } = run("drop", { LOCAL_BENCH_FAULTS: "acme:drop-site" });
  assert.is(status, 1);
  assert.is(message?.step, "drop-site");
  assert.ok(existsSync(join(directory, "sites", SITE)));
});

test("drop touches no other site", () => {
  run("create", { SITE: "other.kairos.app" });
  run("create");
  run("drop");
  assert.ok(existsSync(join(directory, "sites", "other.kairos.app", "site_config.json")));
});

test.run();
