/** Site Jobs and the bench's Redis, on a real Redis server. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { databaseName, siteName } from "../../shared/tenant/names.ts";
import { freePorts } from "../../scripts/local/loopback-ports.ts";
import { skip } from "../testkit/parts.ts";
import { missingRedis, startRedis } from "../testkit/redis-server.ts";
import type { RedisServer } from "../testkit/redis-server.ts";
import { createSiteBench, tenantNamed } from "../testkit/site-bench.ts";
import type { SiteBench } from "../testkit/site-bench.ts";

const test = suite("site Jobs and Redis");

const ACME = tenantNamed("acme", "0c16443d-3d8e-4c0d-b43c-ac1174140611");
const SITE = siteName(ACME.id);
const OTHER = tenantNamed("other", "99999999-2222-4333-8444-555555555555");
const PASSWORD = "redis-secret";

const missing = missingRedis();
if (missing === null) addTests();
else skip(test, "site Jobs and Redis", "redis", missing);
test.run();

function addTests(): void {
  let server: RedisServer;
  let bench: SiteBench;
  test.before(async () => {
    server = await startRedis(PASSWORD);
  });
  test.after(async () => {
    await server.stop();
  });
  test.before.each(() => {
    bench = createSiteBench();
    server.command("FLUSHALL");
    configure({ redis_cache: server.url, redis_queue: `${server.url}/1` });
  });
  test.after.each(() => bench.remove());

  const configure = (config: object) =>
    writeFileSync(join(bench.sites, "common_site_config.json"), JSON.stringify(config));

  /** What Frappe and RQ leave of a site: cached values, jobs that wait, work and have ended. */
  function use(site: string, database: string): void {
    const cached = ["app_hooks", "user:Administrator:roles", "doctype_meta::User"];
    for (const key of cached) server.command("SET", `${database}|${key}`, "x");
    const queue = (...words: string[]) => server.command("-n", "1", ...words);
    for (const separator of ["||", "::"]) {
      const job = (id: string) => `${site}${separator}${id}`;
      for (const id of ["a", "b", "c"]) {
        queue("HSET", `rq:job:${job(id)}`, "status", "queued");
        queue("RPUSH", "rq:queue:bench:default", job(id));
      }
      queue("ZADD", "rq:failed:bench:default", "1", job("b"));
      queue("ZADD", "rq:wip:bench:default", "1", `${job("c")}:execution`);
      queue("SADD", `rq:job:${job("a")}:dependents`, job("b"));
      queue("XADD", `rq:results:${job("b")}`, "*", "type", "1");
    }
  }

  const everything = () => ({
    cache: server.keys(),
    queue: server.command("-n", "1", "KEYS", "*").toSorted(),
    waiting: server.command("-n", "1", "LRANGE", "rq:queue:bench:default", "0", "-1"),
    failed: server.command("-n", "1", "ZRANGE", "rq:failed:bench:default", "0", "-1"),
    working: server.command("-n", "1", "ZRANGE", "rq:wip:bench:default", "0", "-1"),
  });

  test("a Redis that nobody can reach is an outage, one that refuses is none", async () => {
    const [port = 0] = await freePorts(1);
    configure({ redis_cache: server.url, redis_queue: `redis://127.0.0.1:${port}` });
    const away = await bench.run({ kind: "create", tenant: ACME });
    assert.equal([away.message?.step, away.message?.code], ["check-services", "RedisUnavailable"]);
    configure({ redis_cache: server.url.replace(PASSWORD, "wrong") });
    const refused = await bench.run({ kind: "create", tenant: ACME, attempt: 2 });
    assert.equal([refused.message?.step, refused.message?.code], ["check-services", undefined]);
    writeFileSync(join(bench.sites, "common_site_config.json"), "{");
    const damaged = await bench.run({ kind: "create", tenant: ACME, attempt: 3 });
    assert.equal([damaged.message?.step, damaged.message?.code], ["check-services", undefined]);
  });

  test("drop leaves nothing of the site in Redis, and all of every other's", async () => {
    await bench.run({ kind: "create", tenant: ACME });
    use(siteName(OTHER.id), databaseName(OTHER.id));
    // One whose name ends as ACME's does.
    use(`x-${SITE}`, "another");
    server.command("SET", "shared", "x");
    const others = everything();
    use(SITE, databaseName(ACME.id));
    const { status, output } = await bench.run({ kind: "drop", tenant: ACME, generation: 2 });
    assert.is(status, 0, output);
    assert.equal(everything(), others);
  });

  test("drop leaves the jobs of what somebody made by hand at the site's place", async () => {
    mkdirSync(bench.site(ACME));
    writeFileSync(join(bench.site(ACME), "site_config.json"), '{"db_name": "another"}');
    use(SITE, "another");
    const before = everything();
    const { message } = await bench.run({ kind: "drop", tenant: ACME });
    assert.is(message?.reason, "SiteNotOurs");
    assert.equal(everything(), before);
  });

  test("a create meets nothing that Redis kept of an earlier attempt", async () => {
    use(SITE, databaseName(ACME.id));
    const { status, output } = await bench.run({ kind: "create", tenant: ACME });
    assert.is(status, 0, output);
    assert.equal(everything(), { cache: [], queue: [], waiting: [], failed: [], working: [] });
  });

  for (const name of ["redis_cache", "redis_queue"]) {
    test(`a create where ${name} is away says so before it has made anything`, async () => {
      configure({
        redis_cache: server.url,
        redis_queue: server.url,
        [name]: `redis://:${PASSWORD}@127.0.0.1:1`,
      });
      const before = bench.snapshot();
      const { status, message, output } = await bench.run({ kind: "create", tenant: ACME });
      assert.is(status, 1);
      assert.is(message?.step, "check-services");
      assert.match(message?.reason ?? "", `the Redis server ${name} at 127.0.0.1 does not work`);
      assert.not.match(output, PASSWORD);
      assert.equal(bench.snapshot(), before);
    });
  }

  test("a create with a wrong password of Redis says so", async () => {
    const [, port = ""] = /:(\d+)$/.exec(server.url) ?? [];
    configure({ redis_cache: `redis://:wrong@127.0.0.1:${port}` });
    const { status, message } = await bench.run({ kind: "create", tenant: ACME });
    assert.is(status, 1);
    assert.match(message?.reason ?? "", /redis_cache at 127\.0\.0\.1 does not work: WRONGPASS/);
  });

  test("a drop where Redis is away is no success, and the next one is", async () => {
    await bench.run({ kind: "create", tenant: ACME });
    configure({ redis_cache: "redis://127.0.0.1:1" });
    const failed = await bench.run({ kind: "drop", tenant: ACME, generation: 2 });
    assert.is(failed.status, 1);
    assert.is(failed.message?.step, "forget-in-redis");
    configure({ redis_cache: server.url });
    assert.is(
      (await bench.run({ kind: "drop", tenant: ACME, generation: 2, attempt: 2 })).status,
      0,
    );
  });
}
