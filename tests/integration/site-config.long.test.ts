/** The file site_config.json of a site, by the real scripts on the fake bench: damaged, on a full disk, and changed by others. */
import { spawn } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { siteName } from "../../shared/tenant/names.ts";
import { createSiteBench, tenantNamed } from "../testkit/site-bench.ts";
import type { SiteBench } from "../testkit/site-bench.ts";

const test = suite("site_config.json");

const ACME = tenantNamed("acme", "0c16443d-3d8e-4c0d-b43c-ac1174140611");

let bench: SiteBench;
test.before.each(() => {
  bench = createSiteBench();
});
test.after.each(() => bench.remove());

const readConfig = () =>
  JSON.parse(readFileSync(join(bench.site(ACME), "site_config.json"), "utf8")) as Record<
    string,
    string
  >;

/** Without the claims and where the names lead, which a Job changes before it reads the file, and without locks. */
const siteAndDatabase = () =>
  bench.snapshot().filter((entry) => !entry.startsWith("tenants/") && !entry.includes(".lock"));

/** How bench may leave the file, when it is killed while it writes it. */
const damages: [sentence: string, damage: (path: string) => void][] = [
  ["empty", (path) => writeFileSync(path, "")],
  ["torn", (path) => writeFileSync(path, readFileSync(path, "utf8").slice(0, 40))],
  ["gone", (path) => rmSync(path)],
];
for (const [sentence, damage] of damages) {
  test(`a site_config.json that is ${sentence} is restored, with its encryption key`, async () => {
    await bench.run({ kind: "create", tenant: ACME });
    const whole = readConfig();
    const changes = {
      create: {},
      suspend: { maintenance_mode: 1 },
      resume: { maintenance_mode: 0 },
    };
    for (const [index, kind] of (["suspend", "resume", "create"] as const).entries()) {
      damage(join(bench.site(ACME), "site_config.json"));
      const { status, output } = await bench.run({ kind, tenant: ACME, generation: index + 2 });
      assert.is(status, 0, output);
      Object.assign(whole, changes[kind]);
      assert.equal(readConfig(), whole);
    }
  });

  test(`a site_config.json that is ${sentence} and has no copy is an error, and no new key is made`, async () => {
    await bench.run({ kind: "create", tenant: ACME });
    rmSync(join(bench.volume.tenants, siteName(ACME.id), ACME.id, "site_config.json"));
    damage(join(bench.site(ACME), "site_config.json"));
    const before = siteAndDatabase();
    for (const kind of ["suspend", "resume", "create"] as const) {
      const { status, message } = await bench.run({ kind, tenant: ACME, generation: 2 });
      assert.is(status, 1);
      assert.match(
        message?.reason ?? "",
        /is damaged and has no whole copy: restore it from a backup/,
      );
    }
    assert.equal(siteAndDatabase(), before);
  });
}

test("an encryption key that somebody removed comes back, and what others have written stays", async () => {
  await bench.run({ kind: "create", tenant: ACME });
  const { encryption_key, ...others } = readConfig();
  const changed = { ...others, max_file_size: 1000 };
  writeFileSync(join(bench.site(ACME), "site_config.json"), JSON.stringify(changed));
  assert.is((await bench.run({ kind: "suspend", tenant: ACME, generation: 2 })).status, 0);
  assert.equal(readConfig(), { ...changed, encryption_key, maintenance_mode: 1 });
});

test("bench and a site Job that change site_config.json at once lose nothing of each other's", async () => {
  await bench.run({ kind: "create", tenant: ACME });
  const path = join(bench.site(ACME), "site_config.json");
  const lock = join(bench.site(ACME), "locks", "site_config.lock");
  const others = spawn("python3", ["-c", OTHER_WRITER, path, lock], { stdio: "ignore" });
  const ended = new Promise((resolve) => others.once("close", resolve));
  let generation = 2;
  while (others.exitCode === null) {
    const kind = generation % 2 === 0 ? "suspend" : "resume";
    const { status, output } = await bench.run({ kind, tenant: ACME, generation });
    assert.is(status, 0, output);
    generation += 1;
  }
  await ended;
  assert.is(others.exitCode, 0);
  const config = readConfig();
  assert.is(Object.keys(config).filter((key) => key.startsWith("other_")).length, 1000);
  assert.is(Number(config["maintenance_mode"]), generation % 2);
});

/** Writes 1,000 keys, each as bench does: with Frappe's lock, and by emptying the file first. */
const OTHER_WRITER = `
import fcntl, json, sys
for number in range(1000):
    with open(sys.argv[2], "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with open(sys.argv[1]) as file:
            config = json.load(file)
        config[f"other_{number}"] = number
        with open(sys.argv[1], "w") as file:
            json.dump(config, file)
`;

test.run();
