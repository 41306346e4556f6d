/** What site Jobs make of what the visitors of a site get. */
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createSiteBench, tenantNamed } from "../testkit/site-bench.ts";
import type { SiteBench } from "../testkit/site-bench.ts";

const test = suite("site Jobs and visitors");

const ACME = tenantNamed("acme", "0c16443d-3d8e-4c0d-b43c-ac1174140611");

let bench: SiteBench;
let web: Server;
let visits: { host: string; site: string; status: number }[];
/** How many visits go to a process that still has the configuration of before. */
let stale: number;
let before: number;
test.before.each(async () => {
  bench = createSiteBench();
  visits = [];
  stale = 0;
  before = 200;
  web = createServer((request, response) => {
    stale -= 1;
    const host = request.headers.host ?? "";
    const site = String(request.headers["x-frappe-site-name"]);
    const isRouter = request.url?.startsWith("/router/") ?? false;
    // Two processes take turns, and one of them is slow to notice.
    const status = stale > 0 && stale % 2 === 0 ? before : isRouter ? routed(host) : statusOf(site);
    visits.push({ host, site, status });
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => {
    web.listen(0, "127.0.0.1", resolve);
  });
});
test.after.each(async () => {
  bench.remove();
  await new Promise((resolve) => {
    web.close(resolve);
  });
});

function statusOf(host: string): number {
  const path = join(bench.sites, host, "site_config.json");
  if (!existsSync(path)) return 404;
  return readFileSync(path, "utf8").includes('"maintenance_mode": 1') ? 503 : 200;
}

const url = () => `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
const run = (kind: "create" | "suspend" | "resume", generation: number, env = {}) =>
  bench.run({ kind, tenant: ACME, generation, env: { BENCH_URL: url(), ...env } });

test("a create is verified by what a visitor of the site gets", async () => {
  const { status, output } = await run("create", 1);
  assert.is(status, 0, output);
  assert.is(visits.length, 20);
  assert.ok(visits.every(({ host, status: got }) => host === "acme.kairos.app" && got === 200));
});

for (const [kind, generation, wanted] of [
  ["suspend", 2, 503],
  ["resume", 3, 200],
] as const) {
  test(`a ${kind} waits until every process of the web server knows of it`, async () => {
    await run("create", 1);
    if (kind === "resume") await run("suspend", 2);
    before = kind === "suspend" ? 200 : 503;
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
async function refusal(address: string, wanted: "open" | "closed"): Promise<string> {
  const args = [VISIT, address, "acme.kairos.app", wanted, "0"];
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
  ["open", "404"],
] as const) {
  test(`visitors who get ${got} are no proof that a site is ${wanted}`, async () => {
    if (wanted === "closed") await run("create", 1);
    const words = `after 0 seconds visitors of acme.kairos.app still get ${got}\n`;
    assert.is(await refusal(url(), wanted), words);
  });
}

test("a web server that is away is no proof that a site is closed", async () => {
  assert.match(await refusal("http://127.0.0.1:1", "closed"), /still get no answer \(.*refused/);
});

test.run();
