/** An upgrade and the site's background jobs, on a real Redis server that has both benches' databases. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { freePorts } from "../../scripts/local/loopback-ports.ts";
import { sitesOfBench } from "../../scripts/local/volume.ts";
import { FAKE } from "../crash/killed-upgrades.ts";
import { skip } from "../testkit/parts.ts";
import { missingRedis, startRedis } from "../testkit/redis-server.ts";
import type { RedisServer } from "../testkit/redis-server.ts";
import { createSiteBench } from "../testkit/site-bench.ts";
import type { PodRun, SiteBench } from "../testkit/site-bench.ts";
import {
  benchesWithSite,
  configIn,
  leadTo,
  linkTo,
  NEXT,
  revert,
  SITE,
  upgrade,
} from "../testkit/upgraded-site.ts";

const test = suite("upgrades and background jobs");
const missing = missingRedis();
if (missing === null) addTests();
else skip(test, "upgrades and background jobs", "redis", missing);
test.run();

function addTests(): void {
  let server: RedisServer;
  let template: SiteBench;
  let bench: SiteBench;
  test.before(async () => {
    server = await startRedis("redis-secret");
    template = await benchesWithSite();
  });
  test.after(async () => {
    template?.remove();
    await server?.stop();
  });
  test.before.each(() => {
    bench = createSiteBench(undefined, template);
    server.command("FLUSHALL");
    configure("main", server.url);
    configure(NEXT, server.url, 2);
  });
  test.after.each(() => bench.remove());

  /** A bench's cache is in one database of the server, its queues in the next one. */
  function configure(name: string, url: string, database = 0): void {
    const config = { redis_cache: `${url}/${database}`, redis_queue: `${url}/${database + 1}` };
    const path = join(sitesOfBench(bench.volume.root, name), "common_site_config.json");
    writeFileSync(path, JSON.stringify(config));
  }

  const inMain = (...words: string[]) => server.command("-n", "1", ...words);
  const waits = (job: string) => inMain("RPUSH", "rq:queue:main:default", job);
  const isDone = (job: string) => inMain("LREM", "rq:queue:main:default", "0", job);
  const isWorkedOn = (job: string, until: string) => inMain("ZADD", "rq:wip:main:long", until, job);

  /** Runs an upgrade that may wait for so long. */
  const run = (seconds: number, attempt = 1): Promise<PodRun> =>
    bench.run({ ...upgrade({}, attempt), env: { DRAIN_SECONDS: String(seconds) } });

  function isOpen(): void {
    assert.is(leadTo(bench), linkTo("main"));
    const { maintenance_mode, pause_scheduler } = configIn(bench, "main");
    assert.equal([maintenance_mode, pause_scheduler], [0, undefined]);
    assert.ok(FAKE.letsIn(bench));
  }

  for (const [sentence, begin] of [
    ["waits", () => waits(`${SITE}||a`)],
    ["of a version before 16 waits", () => waits(`${SITE}::a`)],
    ["is worked on", () => isWorkedOn(`${SITE}||a`, "9999999999")],
    [
      "is worked on, as newer workers note it,",
      () => isWorkedOn(`${SITE}||a:execution`, "9999999999"),
    ],
    ["is worked on for as long as it takes", () => isWorkedOn(`${SITE}||a`, "-1")],
  ] as const) {
    test(`a job that ${sentence} for too long opens the site again, and stays`, async () => {
      begin();
      const { status, message } = await run(0);
      assert.is(status, 1);
      assert.is(message?.step, "drain");
      assert.match(
        message?.reason ?? "",
        "1 background jobs of the site still wait or are worked on after 0 seconds; it is as it was before",
      );
      isOpen();
      assert.is(inMain("KEYS", "rq:*").length, 1);
      server.command("FLUSHALL");
      assert.is((await run(0, 2)).status, 0);
    });
  }

  test("jobs of other sites, also of one whose name begins or ends alike, are not waited for, and stay", async () => {
    const others = [
      `${SITE}x||a`,
      `x${SITE}||a`,
      `${SITE.slice(0, -1)}||a`,
      `${SITE}|a`,
      `other||${SITE}||a`,
    ];
    for (const job of others) {
      waits(job);
      isWorkedOn(job, "9999999999");
    }
    // Its worker has not said for long that it lives.
    isWorkedOn(`${SITE}||dead`, "1000000000");
    // What has failed waits for nobody.
    inMain("ZADD", "rq:failed:main:default", "1", `${SITE}||failed`);
    const { status, output } = await run(0);
    assert.is(status, 0, output);
    assert.equal(inMain("LRANGE", "rq:queue:main:default", "0", "-1"), others);
    assert.equal(inMain("ZRANGE", "rq:wip:main:long", "0", "-1").toSorted(), others.toSorted());
  });

  test("the jobs are waited for, and the site is held meanwhile", async () => {
    waits(`${SITE}||a`);
    let seen: unknown[] = [];
    const running = run(600);
    while (leadTo(bench) !== "updating" || configIn(bench, "main")["pause_scheduler"] !== 1)
      await new Promise((resolve) => void setTimeout(resolve, 50));
    seen = [leadTo(bench), FAKE.letsIn(bench)];
    isDone(`${SITE}||a`);
    const { status, output } = await running;
    assert.is(status, 0, output);
    assert.equal(seen, ["updating", true]);
  });

  test("nothing is left of the site in either bench's Redis", async () => {
    for (const database of ["0", "2"])
      server.command("-n", database, "SET", `${SITE}|app_hooks`, "x");
    for (const database of ["1", "3"])
      server.command("-n", database, "SET", `rq:job:${SITE}||a`, "x");
    server.command("SET", "another|app_hooks", "x");
    assert.is((await run(0)).status, 0);
    assert.equal(server.keys(), ["another|app_hooks"]);
    for (const database of ["1", "2", "3"])
      assert.equal(server.command("-n", database, "KEYS", "*"), []);
  });

  for (const name of ["main", NEXT]) {
    test(`where the Redis of the bench ${name} is away, nothing is touched, and it counts as an outage`, async () => {
      const [port = 0] = await freePorts(1);
      configure(name, `redis://127.0.0.1:${port}`);
      const { status, message } = await run(0);
      assert.equal([status, message?.step, message?.code], [1, "preflight", "RedisUnavailable"]);
      assert.is(leadTo(bench), linkTo("main"));
      configure(name, server.url);
      assert.is((await run(0, 2)).status, 0);
      assert.is((await bench.run(revert())).status, 0);
    });
  }
}
