/** A host's link is swapped under load, without a reload: no visitor gets a mixture of what it led to. */
import { mkdirSync, rmSync } from "node:fs";
import { Agent } from "node:http";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { makeDirectories, volumeAt } from "../../scripts/local/volume.ts";
import { makeLink, missingNginx, startRouter } from "../testkit/nginx-server.ts";
import type { Router } from "../testkit/nginx-server.ts";
import { leadTo, makeSite, startBench, visit } from "../testkit/router-visit.ts";
import type { Answer, Bench } from "../testkit/router-visit.ts";
import { skip } from "../testkit/parts.ts";
import { temporaryDirectory } from "../testkit/temporary-directory.ts";

const test = suite("the router under load");

const REQUESTS = 10_000;
const VISITORS = 16;
const HOST = "acme.example.com";
const SITES = [`tn${"a".repeat(32)}`, `tn${"b".repeat(32)}`];

const directory = temporaryDirectory();
const volume = join(directory, "volume");
const hostLink = join(volume, "hosts", HOST);

const missing = missingNginx();
if (missing === null) addTests();
else skip(test, "a link is swapped under load", "nginx", missing);

test.after(() => {
  rmSync(directory, { recursive: true, force: true });
});
test.run();

function addTests(): void {
  let bench: Bench;
  let router: Router;

  test.before(async () => {
    makeDirectories(volumeAt(volume));
    const [first = ""] = SITES.map((site) => makeSite(volume, site));
    mkdirSync(join(volume, "tenants", SITES[0] ?? "", "moved-to/new.example.com"), {
      recursive: true,
    });
    makeLink(hostLink, first);
    bench = await startBench();
    router = await startRouter({ volume, benchPort: bench.port });
  });
  test.after(async () => {
    await router.stop();
    await bench.stop();
  });

  test("10,000 requests while a host goes from one site to another and back: each gets one of both, whole", async () => {
    const targets = SITES.map((site) => `../tenants/${site}/current`);
    const answers = await askWhileSwapping(hostLink, targets);
    const got = countBy(answers, ({ status, body }) => `${status} ${body}`);
    assert.equal(
      Object.keys(got).toSorted(),
      SITES.map((site) => `200 ${site} /`),
    );
  });

  test("10,000 requests while a host is opened, closed and moved: each gets one of these, whole", async () => {
    const [site = ""] = SITES;
    const states = ["current", "suspended", "retained", "moved-to/new.example.com"];
    const targets = states.map((state) => `../tenants/${site}/${state}`);
    const answers = await askWhileSwapping(hostLink, targets);
    const got = countBy(answers, ({ status, headers, body }) =>
      status === 200
        ? `200 ${body}`
        : `${status} ${headers.location ?? headers["retry-after"] ?? "no more"}`,
    );
    assert.equal(Object.keys(got).toSorted(), [
      `200 ${site} /`,
      "308 https://new.example.com/",
      "410 no more",
      "503 3600",
    ]);
  });

  test("10,000 requests while a site is closed and opened for all its hosts: each gets one of both, whole", async () => {
    const [site = ""] = SITES;
    leadTo(hostLink, `../tenants/${site}/current`);
    const targets = [`../../benches/main/sites/${site}`, "suspended"];
    const answers = await askWhileSwapping(join(volume, "tenants", site, "current"), targets);
    const got = countBy(answers, ({ status }) => String(status));
    assert.equal(Object.keys(got).toSorted(), ["200", "503"]);
  });

  /** Visitors ask one after the other, and the link is swapped all the while. */
  async function askWhileSwapping(link: string, targets: string[]): Promise<Answer[]> {
    const agent = new Agent({ keepAlive: true, maxSockets: VISITORS });
    const answers: Answer[] = [];
    let swaps = 0;
    const swapping = setInterval(() => {
      leadTo(link, targets[swaps++ % targets.length] ?? "");
    });
    const visitor = async () => {
      while (answers.length < REQUESTS)
        answers.push(await visit(router.port, { host: HOST, agent }));
    };
    try {
      await Promise.all(Array.from({ length: VISITORS }, visitor));
    } finally {
      clearInterval(swapping);
      agent.destroy();
    }
    assert.ok(swaps > 100, `${swaps} swaps`);
    assert.is(router.log(), "");
    return answers;
  }
}

function countBy(answers: Answer[], key: (answer: Answer) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const answer of answers) counts[key(answer)] = (counts[key(answer)] ?? 0) + 1;
  return counts;
}
