/** What site Jobs make of what the visitors of a site get. */
import { execFile } from "node:child_process";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { createServer } from "node:http";
import type { IncomingHttpHeaders, Server } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, dirname, join, relative } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { OperationKind } from "../../shared/operations/registry.ts";
import { siteName } from "../../shared/tenant/names.ts";
import { createSiteBench, tenantNamed } from "../testkit/site-bench.ts";
import type { SiteBench } from "../testkit/site-bench.ts";
import { fillingStandby } from "../testkit/some-standby.ts";
import { withParts } from "../testkit/tenant-parts.ts";

const test = suite("site Jobs and visitors");

const ACME = tenantNamed("acme", "0c16443d-3d8e-4c0d-b43c-ac1174140611");

const STANDBY = fillingStandby(new Date(0), { id: ACME.id });

let bench: SiteBench;
/** The bench's web server, and the router before it. */
let web: Server;
let router: Server;
let visits: { by: string; status: number }[];
/** How many visits go to a process that still has the configuration of before. */
let stale: number;
let before: number;
test.before.each(async () => {
  bench = createSiteBench();
  visits = [];
  stale = 0;
  before = 200;
  web = await serve(({ "x-frappe-site-name": site }) => [
    String(site),
    statusOf(bench.sites, String(site)),
  ]);
  router = await serve(({ host }) => [`${host}`, routed(`${host}`)]);
});
test.after.each(async () => {
  bench.remove();
  await Promise.all([web, router].map(close));
});

/** A web server that answers as it is told, by what it takes the site from. */
async function serve(answer: (headers: IncomingHttpHeaders) => [string, number]): Promise<Server> {
  const server = createServer(({ headers }, response) => {
    stale -= 1;
    const [by, now] = answer(headers);
    // Two processes take turns, and one of them is slow to notice.
    const status = stale > 0 && stale % 2 === 0 ? before : now;
    visits.push({ by, status });
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return server;
}

const close = (server: Server) =>
  new Promise((resolve) => {
    server.close(resolve);
  });

/** What a bench's web server makes of a directory of sites. */
function statusOf(sites: string, site: string): number {
  const path = join(sites, site, "site_config.json");
  if (!existsSync(path)) return 404;
  return readFileSync(path, "utf8").includes('"maintenance_mode": 1') ? 503 : 200;
}

/** What the router does: where the link of a host leads to decides. */
function routed(host: string): number {
  const link = join(bench.volume.hosts, host);
  if (!existsSync(link)) return 404;
  const [, , place = ""] = relative(bench.volume.root, realpathSync(link)).split("/");
  if (place === "suspended") return 503;
  if (place === "retained") return 410;
  return place === "moved-to"
    ? 308
    : statusOf(dirname(realpathSync(link)), basename(realpathSync(link)));
}

const urlOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const run = (kind: OperationKind, generation: number, tenant = ACME) =>
  bench.run({
    kind,
    tenant,
    generation,
    env: { BENCH_URL: urlOf(web), ROUTER_URL: urlOf(router) },
  });
const twenty = (by: string, status: number) => Array.from({ length: 20 }, () => ({ by, status }));

test("a create is verified by what a visitor of its main address gets, through the router", async () => {
  const { status, output } = await run("create", 1);
  assert.is(status, 0, output);
  assert.equal(visits, twenty("acme.kairos.app", 200));
});

test("a standby, which has no host name, is verified at the bench by its site's name", async () => {
  const { status, output } = await run("create", 1, STANDBY);
  assert.is(status, 0, output);
  assert.equal(visits, twenty(siteName(ACME.id), 200));
});

test("a claim is verified by the customer's first request, through the router", async () => {
  await run("create", 1, STANDBY);
  visits = [];
  const { status, output } = await run("claim", 2);
  assert.is(status, 0, output);
  assert.equal(visits, [{ by: "acme.kairos.app", status: 200 }]);
});

test("a rename is verified by its new name", async () => {
  await run("create", 1);
  visits = [];
  const { status, output } = await run(
    "rename",
    2,
    withParts(ACME, { spec: { subdomain: "new" } }),
  );
  assert.is(status, 0, output);
  assert.equal(visits, twenty("new.kairos.app", 200));
});

test("where there is no router, the bench is asked for the site", async () => {
  const env = { BENCH_URL: urlOf(web) };
  assert.is((await bench.run({ kind: "create", tenant: ACME, env })).status, 0);
  assert.equal(visits, twenty(siteName(ACME.id), 200));
});

for (const [kind, generation, wanted] of [
  ["suspend", 2, 503],
  ["resume", 3, 200],
  ["retain", 2, 410],
] as const) {
  test(`a ${kind} waits until every process of the web server knows of it`, async () => {
    await run("create", 1);
    if (kind === "resume") await run("suspend", 2);
    before = kind === "resume" ? 503 : 200;
    stale = 5;
    visits = [];
    const { status, output } = await run(kind, generation);
    assert.is(status, 0, output);
    assert.ok(visits.some((visit) => visit.status === before));
    assert.equal(
      visits.slice(-20).map((visit) => visit.status),
      Array.from({ length: 20 }, () => wanted),
    );
  });
}

/** Why one look at the visitors is no proof. */
async function refusal(address: string, wanted: "open" | "closed" | "gone"): Promise<string> {
  const args = [VISIT, address, siteName(ACME.id), "acme.kairos.app", wanted, "0"];
  return new Promise((resolve, reject) => {
    execFile("python3", args, (error, _stdout, stderr) => {
      if (error === null) reject(new Error("it was taken for a proof"));
      else resolve(stderr);
    });
  });
}

const VISIT = new URL("../../shared/operations/scripts/visit.py", import.meta.url).pathname;

for (const [wanted, got] of [
  ["closed", "200"],
  ["gone", "200"],
  ["gone", "503"],
  ["open", "404"],
] as const) {
  test(`visitors who get ${got} are no proof that a site is ${wanted}`, async () => {
    if (got !== "404") await run("create", 1);
    if (got === "503") await run("suspend", 2);
    const words = `after 0 seconds visitors of acme.kairos.app still get ${got}\n`;
    assert.is(await refusal(urlOf(router), wanted), words);
  });
}

test("where there is no router, a retained site is seen to be closed", async () => {
  const env = { BENCH_URL: urlOf(web) };
  await bench.run({ kind: "create", tenant: ACME, env });
  visits = [];
  const { status, output } = await bench.run({ kind: "retain", tenant: ACME, generation: 2, env });
  assert.is(status, 0, output);
  assert.equal(visits, twenty(siteName(ACME.id), 503));
});

test("a web server that is away is no proof that a site is closed", async () => {
  assert.match(await refusal("http://127.0.0.1:1", "closed"), /still get no answer \(.*refused/);
});

test.run();
