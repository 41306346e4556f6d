/** What visitors get of a site that is retained and brought back: the real scripts, the real router, on one volume. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { OperationKind } from "../../shared/operations/registry.ts";
import { missingNginx, startRouter } from "../testkit/nginx-server.ts";
import type { Router } from "../testkit/nginx-server.ts";
import { skip } from "../testkit/parts.ts";
import { startBench, visit } from "../testkit/router-visit.ts";
import type { Bench } from "../testkit/router-visit.ts";
import { createSiteBench, tenantNamed } from "../testkit/site-bench.ts";
import type { SiteBench } from "../testkit/site-bench.ts";

const test = suite("visitors of a retained site");

const ACME = tenantNamed("acme", "0c16443d-3d8e-4c0d-b43c-ac1174140611");

const missing = missingNginx();
if (missing === null) addTests();
else skip(test, "visitors of a retained site", "nginx", missing);

function addTests(): void {
  let bench: SiteBench;
  let web: Bench;
  let router: Router;

  test.before(async () => {
    bench = createSiteBench();
    // As the bench's web server does.
    web = await startBench(({ headers }, response) => {
      const site = String(headers["x-frappe-site-name"]);
      const path = join(bench.sites, site, "site_config.json");
      const isClosed =
        existsSync(path) && readFileSync(path, "utf8").includes('"maintenance_mode": 1');
      response.writeHead(existsSync(path) ? (isClosed ? 503 : 200) : 404).end(site);
    });
    router = await startRouter({ volume: bench.volume.root, benchPort: web.port });
  });
  test.after(async () => {
    await router.stop();
    await web.stop();
    bench.remove();
  });

  const see = () => visit(router.port, { host: "acme.kairos.app", path: "/login" });
  /** A site Job, which looks at its visitors through the router itself. */
  const run = async (kind: OperationKind, generation: number) => {
    const env = { BENCH_URL: `http://127.0.0.1:${web.port}`, ROUTER_URL: router.url };
    const { status, output } = await bench.run({ kind, tenant: ACME, generation, env });
    assert.is(status, 0, output);
  };

  test("it is gone for its visitors, and nothing of them reaches the bench", async () => {
    await run("create", 1);
    assert.is((await see()).status, 200);
    await run("retain", 2);
    web.reached.length = 0;
    const { status, headers, body } = await see();
    assert.equal([status, headers["cache-control"]], [410, "no-store"]);
    assert.match(body, "The site that was at this address is gone.");
    assert.equal(web.reached, []);
  });

  test("it is there again, as it was, when it comes back", async () => {
    await run("resume", 3);
    assert.is((await see()).status, 200);
  });

  test("it comes back closed where it was suspended, and is opened from there", async () => {
    await run("retain", 4);
    assert.is((await see()).status, 410);
    await run("suspend", 5);
    assert.is((await see()).status, 503);
    await run("resume", 6);
    assert.is((await see()).status, 200);
  });

  test("dropped, there is no site any more", async () => {
    await run("retain", 7);
    await run("drop", 8);
    assert.is((await see()).status, 404);
  });
}

test.run();
