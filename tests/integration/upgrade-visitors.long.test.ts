/** What an upgrade makes of what visitors get: at its new bench, and through the real router, which follows the links. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { sitesOfBench } from "../../scripts/local/volume.ts";
import { ACME } from "../crash/crash-injection.ts";
import { missingNginx, startRouter } from "../testkit/nginx-server.ts";
import type { Router } from "../testkit/nginx-server.ts";
import { skip } from "../testkit/parts.ts";
import { startBench, visit } from "../testkit/router-visit.ts";
import type { Bench } from "../testkit/router-visit.ts";
import { createSiteBench } from "../testkit/site-bench.ts";
import type { SiteBench, Work } from "../testkit/site-bench.ts";
import {
  benchesWithSite,
  leadTo,
  linkTo,
  NEXT,
  PATCHES,
  revert,
  SITE,
  upgrade,
} from "../testkit/upgraded-site.ts";

const test = suite("upgrades and visitors");

const missing = missingNginx();
if (missing === null) addTests();
else skip(test, "upgrades and visitors", "nginx", missing);
test.run();

function addTests(): void {
  let template: SiteBench;
  let bench: SiteBench;
  let web: Record<string, Bench>;
  let router: Router;
  test.before(async () => {
    template = await benchesWithSite();
  });
  test.after(() => template.remove());
  test.before.each(async () => {
    bench = createSiteBench(undefined, template);
    web = {};
    for (const name of ["main", NEXT]) {
      web[name] = await startBench(({ headers }, response) => {
        response.writeHead(statusIn(name, String(headers["x-frappe-site-name"]))).end();
      });
    }
    router = await startRouter({ ...where(), otherBenches: { [NEXT]: web[NEXT]?.port ?? 0 } });
  });
  test.after.each(async () => {
    bench.remove();
    for (const server of [...Object.values(web), router]) await server.stop();
  });

  const where = () => ({ volume: bench.volume.root, benchPort: web["main"]?.port ?? 0 });

  /** What a bench's web server makes of a directory of sites. */
  function statusIn(name: string, site: string): number {
    const path = join(sitesOfBench(bench.volume.root, name), site, "site_config.json");
    if (!existsSync(path)) return 404;
    return readFileSync(path, "utf8").includes('"maintenance_mode": 1') ? 503 : 200;
  }

  const urlOf = ({ port }: { port: number }) => `http://127.0.0.1:${port}`;
  const visitsOf = (server: Bench | undefined) => server?.reached.length;
  /** What a visitor gets. */
  const see = async () => (await visit(router.port, { host: "acme.kairos.app" })).status;

  /** A site Job that looks at visitors, of the bench that it works in. */
  const run = (work: Work, name: string) =>
    bench.run({
      ...work,
      env: {
        BENCH_URL: urlOf(web[name] ?? router),
        ROUTER_URL: urlOf(router),
        VISITORS_SECONDS: "0",
        ...work.env,
      },
    });

  test("an upgrade is proved at the new bench by the site's name, and then by its main address", async () => {
    const { status, output } = await run(upgrade(), NEXT);
    assert.is(status, 0, output);
    assert.equal([visitsOf(web[NEXT]), visitsOf(web["main"])], [40, 0]);
    const hosts = web[NEXT]?.reached.map(({ headers }) => [
      headers.host,
      headers["x-frappe-site-name"],
    ]);
    assert.equal(
      [hosts?.[0], hosts?.[39]],
      [
        [SITE, SITE],
        ["acme.kairos.app", SITE],
      ],
    );
    assert.is(await see(), 200);
  });

  test("visitors get 503 while the site is migrated", async () => {
    let seen = 0;
    const paused = {
      pause: { container: 1, beforeCommand: 20 },
      meanwhile: async () => void (seen = await see()),
    };
    assert.is((await run({ ...upgrade(), ...paused }, NEXT)).status, 0);
    assert.is(seen, 503);
  });

  test("where the new bench does not answer, nobody is led there, and the site is taken back", async () => {
    web[NEXT]?.answerWith((_asked, response) => response.writeHead(500).end());
    const { status, message } = await run(upgrade(), NEXT);
    assert.equal([status, message?.step], [1, "verify"]);
    assert.is(leadTo(bench), "updating");
    const taken = await run(revert(), "main");
    assert.is(taken.status, 0, taken.output);
    assert.equal([leadTo(bench), await see()], [linkTo("main"), 200]);
  });

  test("where the router does not know the new bench, visitors are held again, and the site is taken back", async () => {
    await router.stop();
    router = await startRouter(where());
    const { status, message } = await run(upgrade(), NEXT);
    assert.equal([status, message?.step], [1, "open-site"]);
    assert.match(message?.reason ?? "", "visitors of acme.kairos.app still get 502");
    assert.is(leadTo(bench), "updating");
    assert.is((await run(revert(), "main")).status, 0);
    assert.is(await see(), 200);
  });

  test("a suspended site is proved to be closed, in either bench", async () => {
    await run({ kind: "suspend", tenant: ACME, generation: 1, attempt: 2 }, "main");
    const suspended = { suspended: true };
    const failed = await run(
      { ...upgrade(suspended), env: { LOCAL_BENCH_FAULTS: `acme:${PATCHES[0]}` } },
      NEXT,
    );
    assert.is(failed.status, 68);
    const taken = await run(revert(suspended), "main");
    assert.is(taken.status, 0, taken.output);
    const done = await run({ ...upgrade(suspended), generation: 3 }, NEXT);
    assert.is(done.status, 0, done.output);
    assert.is(await see(), 503);
  });
}
