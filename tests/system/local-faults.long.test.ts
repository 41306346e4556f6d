/** The faults that LOCAL_BENCH_FAULTS asks the fakes for. */
import { spawn } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  FAKE_BENCH_DIRECTORY,
  initialiseDatabase,
  FAKE_MARIADB_DIRECTORY,
} from "../../scripts/local/fake-database.ts";
import { createSiteBench, tenantNamed } from "../testkit/site-bench.ts";
import { temporaryDirectory } from "../testkit/stack-fixture.ts";

const test = suite("LOCAL_BENCH_FAULTS");

/** Of a site whose database lets it in. */
const CONFIG = JSON.stringify({ db_name: "any", db_password: "secret" }, null, 1);

let directory: string;
test.before.each(() => {
  directory = temporaryDirectory();
  mkdirSync(join(directory, "apps"));
  for (const name of ["acme", "other"]) {
    const site = join(directory, `sites/${name}.kairos.app`);
    mkdirSync(site, { recursive: true });
    writeFileSync(join(site, "apps.txt"), "frappe\n");
    writeFileSync(join(site, "site_config.json"), CONFIG);
  }
  initialiseDatabase(join(directory, "database"), "secret");
  mkdirSync(join(directory, "database/databases/any"));
  mkdirSync(join(directory, "database/users/any@%/grants/any"), { recursive: true });
  writeFileSync(join(directory, "database/users/any@%/password"), "secret");
});
test.after.each(() => rmSync(directory, { recursive: true, force: true }));

interface Call {
  faults: string;
  site?: string;
  step?: string;
}

interface Ended {
  status: number | null;
  said: string;
}

function bench({ faults, site = "acme.kairos.app", step = "verify" }: Call): Promise<Ended> {
  const program = join(FAKE_BENCH_DIRECTORY, "bench");
  return call(program, ["--site", site, "list-apps"], { faults, site, step });
}

function mariadb({ faults, site = "acme.kairos.app", step = "verify" }: Call): Promise<Ended> {
  return call(join(FAKE_MARIADB_DIRECTORY, "mariadb"), ["--user=root"], { faults, site, step });
}

function call(program: string, args: string[], { faults, site, step }: Required<Call>) {
  return new Promise<Ended>((resolve) => {
    const child = spawn(program, args, {
      cwd: directory,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        PATH: `${join(directory, "bin")}:${FAKE_MARIADB_DIRECTORY}:${process.env["PATH"]}`,
        LOCAL_DATABASE_DIRECTORY: join(directory, "database"),
        MYSQL_PWD: "secret",
        LOCAL_BENCH_FAULTS: faults,
        HOST: site,
        SITE_STEP: step,
      },
    });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
    child.once("close", (status) => resolve({ status, said }));
  });
}

for (const [name, fakeCluster] of Object.entries({ bench, mariadb })) {
  test(`a fault without :once makes ${name} fail every time`, async () => {
    const faults = "other:add-user,acme:verify";
    assert.is((await fakeCluster({ faults })).status, 1);
    const { status, said } = await fakeCluster({ faults });
    assert.is(status, 1);
    assert.match(said, /failed for acme\.kairos\.app: this fault was asked for/);
  });

  test(`a fault with :once makes ${name} fail the first time only`, async () => {
    const faults = "acme:verify:once,other:verify:once";
    const { status, said } = await fakeCluster({ faults });
    assert.is(status, 1);
    assert.match(said, /failed for acme\.kairos\.app: this fault was asked for/);
    assert.is((await fakeCluster({ faults })).status, 0);
    const other = { faults, site: "other.kairos.app" };
    assert.is((await fakeCluster(other)).status, 1, "another site has a first time of its own");
  });

  test(`${name} works for another site and in another step`, async () => {
    for (const faults of ["acme:verify", "acme:verify:once"]) {
      assert.is((await fakeCluster({ faults, site: "other.kairos.app" })).status, 0);
      assert.is((await fakeCluster({ faults, step: "add-user" })).status, 0);
    }
  });
}

/** None of so many calls makes a directory before all of them want to. */
const meeting = (count: number) => `#!/usr/bin/env bash
: >"${directory}/waiting.$PPID"
until met=("${directory}"/waiting.*) && ((\${#met[@]} >= ${count})); do sleep 0.01; done
PATH=\${PATH#*:} exec mkdir "$@"
`;

test("of many at the same moment only one is the first", async () => {
  mkdirSync(join(directory, "bin"));
  writeFileSync(join(directory, "bin/mkdir"), meeting(8), { mode: 0o755 });
  const calls = Array.from({ length: 8 }, () => bench({ faults: "acme:verify:once" }));
  const statuses = (await Promise.all(calls)).map(({ status }) => status);
  assert.is(statuses.filter((status) => status === 1).length, 1);
  assert.is(statuses.filter((status) => status === 0).length, 7);
});

test("where both take part in a step, it fails once and not once for each", async () => {
  const faults = "acme:verify:once";
  assert.is((await mariadb({ faults })).status, 1);
  assert.is((await bench({ faults })).status, 0);
});

for (const step of ["database", "install-app", "verify"]) {
  test(`a create whose ${step} fails once succeeds with its next attempt`, async () => {
    const tenant = tenantNamed("acme", "0c16443d-3d8e-4c0d-b43c-ac1174140611");
    const site = createSiteBench();
    const env = { LOCAL_BENCH_FAULTS: `acme:${step}:once` };
    const failed = await site.run({ kind: "create", tenant, env });
    const again = await site.run({ kind: "create", tenant, attempt: 2, env });
    site.remove();
    assert.is(failed.message?.step, step);
    assert.is(again.status, 0, again.output);
  });
}

test.run();
