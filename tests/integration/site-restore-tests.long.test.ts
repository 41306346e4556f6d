/** Tests of restores on the fake bench, out of a real server of Cloud Storage's API. */
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ACME, CREATE, DROP } from "../crash/crash-injection.ts";
import type { Work } from "../testkit/site-bench.ts";
import { BACKUP_ID, BACKUP_OF_ACME, siteIn } from "../testkit/stored-backup.ts";
import { FIRST, restoreUnder } from "../testkit/stored-restore.ts";
import { testOfAcme } from "../testkit/tested-backup.ts";
import { useBench } from "../testkit/bench-with-bucket.ts";
import type { BenchWithBucket } from "../testkit/bench-with-bucket.ts";

const test = suite("tests of restores");
const ground = useBench(test, "tests of restores");
if (ground !== null) addTests(ground);
test.run();

function addTests(it: BenchWithBucket): void {
  test.before.each(async () => {
    await it.succeed(CREATE);
    writeFileSync(join(it.bench.site(ACME), "public/files/y"), "as of the backup");
    await it.succeed(BACKUP_OF_ACME);
  });

  const databases = () => readdirSync(join(it.bench.databases, "databases"));
  async function failsFor(reason: RegExp, more: Partial<Work> = {}): Promise<void> {
    const before = siteIn(it.bench);
    const { status, message, output } = await it.bench.run({ ...testOfAcme(), ...more });
    assert.is(status, 1, output);
    assert.match(message?.reason ?? "", reason);
    assert.equal(siteIn(it.bench), before);
  }

  test("a good backup passes, and nothing of the site or the database has changed", async () => {
    const before = siteIn(it.bench);
    await it.succeed(testOfAcme());
    assert.equal(siteIn(it.bench), before);
    await it.succeed({ ...testOfAcme(), attempt: 2 });
    assert.equal(siteIn(it.bench), before);
  });

  test("one that is gone, or cannot be read with the tenant's key, fails", async () => {
    await failsFor(/not one that the tenant's key has made/, {
      env: { BACKUP_KEY: "aa".repeat(32) },
    });
    await it.bucket.empty();
    await failsFor(new RegExp(`there is no backup ${BACKUP_ID}`));
  });

  test("one whose configuration has a key that is none, or another database's name, fails", async () => {
    for (const [index, [key, value, reason]] of (
      [
        ["encryption_key", "no key", /key in the backup's configuration is none/],
        ["db_name", "another", /of the database another/],
      ] as const
    ).entries()) {
      const generation = 10 + 2 * index;
      await it.bucket.empty();
      const config = join(it.bench.site(ACME), "site_config.json");
      const whole = { db_name: FIRST, db_user: FIRST, encryption_key: `${"a".repeat(43)}=` };
      writeFileSync(config, JSON.stringify({ ...whole, [key]: value }));
      await it.succeed({ ...BACKUP_OF_ACME, generation });
      await failsFor(reason, testOfAcme(generation + 1));
    }
  });

  for (const [sentence, next] of [
    ["a drop", () => ({ ...DROP, generation: 99 })],
    ["a restore", () => restoreUnder(98)],
  ] as const) {
    test(`what a killed one has left goes with ${sentence}`, async () => {
      for (let beforeCommand = 20; databases().length === 1; beforeCommand += 10) {
        await it.bench.run({ ...testOfAcme(), kill: { container: 0, beforeCommand } });
        assert.ok(beforeCommand < 500);
      }
      await it.succeed(next());
      assert.not(databases().some((name) => /t\d+$/.test(name)));
    });
  }

  test("one that comes late touches nothing", async () => {
    const before = siteIn(it.bench);
    await it.succeed({ ...testOfAcme(), attempt: 2 });
    assert.is((await it.bench.run(testOfAcme())).status, 67);
    assert.equal(siteIn(it.bench), before);
  });
}
