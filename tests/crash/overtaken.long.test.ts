/** Creates and drops that stop anywhere, are overtaken meanwhile, and go on. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createSiteBench } from "../testkit/site-bench.ts";
import type { SiteBench, Work } from "../testkit/site-bench.ts";
import { ACME, NEXT } from "./crash-injection.ts";
import { every } from "./kill-points.ts";
import { benchWith, stop, succeed } from "./overtaking.ts";

const test = suite("overtaken site Jobs");

const overtaking: [sentence: string, by: Partial<Work>][] = [
  ["a drop", { kind: "drop", generation: 2 }],
  ["a newer attempt", { attempt: 2 }],
  ["another Pod", { podUid: "bbbbbbbb-2222-4333-8444-555555555555" }],
];
for (const [sentence, by] of overtaking) {
  test(`a create that ${sentence} overtakes says it succeeded only if there is a whole site`, async () => {
    let pauses = 0;
    for (const container of [0, 1]) {
      for (let beforeCommand = 5; ; beforeCommand += every(53)) {
        const it = createSiteBench();
        try {
          let wasPaused = false;
          let wasDone = false;
          const { status, output } = await it.run({
            kind: "create",
            tenant: ACME,
            pause: { container, beforeCommand },
            meanwhile: async () => {
              wasPaused = true;
              wasDone = existsSync(join(it.site(ACME), ".provisioned"));
              const other = await it.run({ kind: "create", tenant: ACME, ...by });
              assert.is(other.status, 0, other.output);
            },
          });
          if (!wasPaused) break;
          pauses += 1;
          const site = it.site(ACME);
          const isWhole =
            existsSync(join(site, ".provisioned")) &&
            readFileSync(join(site, "apps.txt"), "utf8") === "frappe\nerpnext\n";
          // One that had written its marker was done before the other came.
          assert.ok(status !== 0 || isWhole || wasDone, `${container} ${beforeCommand}: ${output}`);
        } finally {
          it.remove();
        }
      }
    }
    assert.ok(pauses > 3, `${pauses} pauses`);
  });
}

const DROP: Work = { kind: "drop", tenant: ACME, generation: 2 };

test("folders that appear at a site's place at any moment of its drop leave its name free", async () => {
  const makeFolders = async (it: SiteBench) => {
    for (const folder of ["logs", "private", "public"])
      mkdirSync(join(it.site(ACME), folder), { recursive: true });
    writeFileSync(join(it.site(ACME), "logs", "worker.log"), "late\n");
    await Promise.resolve();
  };
  await stop(
    await benchWith({ kind: "create", tenant: ACME }),
    { ...DROP, everyNth: every(23) },
    makeFolders,
    async (it, status) => {
      if (status !== 0) await succeed(it, { ...DROP, attempt: 2 });
      await succeed(it, { kind: "create", tenant: NEXT });
      assert.is(realpathSync(join(it.volume.hosts, "acme.kairos.app")), it.site(NEXT));
    },
  );
});

test("a drop that another one and the next tenant's create overtake leaves that tenant's site alone", async () => {
  let whole: string[] = [];
  const overtake = async (it: SiteBench) => {
    await succeed(it, { ...DROP, attempt: 2 });
    await succeed(it, { kind: "create", tenant: NEXT });
    whole = it.snapshot();
  };
  await stop(
    await benchWith({ kind: "create", tenant: ACME }),
    { ...DROP, everyNth: every(23) },
    overtake,
    async (it, status) => {
      assert.equal(it.snapshot(), whole, `it ended with ${status}`);
      await Promise.resolve();
    },
  );
});

test("a site that somebody begins to make in folders that a drop takes away is left to them", async () => {
  const template = await benchWith({ kind: "create", tenant: ACME });
  await succeed(template, DROP);
  mkdirSync(join(template.site(ACME), "logs"), { recursive: true });
  const config = (it: SiteBench) => join(it.site(ACME), "site_config.json");
  let begun = 0;
  let isBegun = false;
  const begin = async (it: SiteBench) => {
    isBegun = existsSync(it.site(ACME)) && !existsSync(config(it));
    if (isBegun) writeFileSync(config(it), '{"db_name": "precious"}');
    await Promise.resolve();
  };
  await stop(template, { ...DROP, attempt: 2, everyNth: every(3) }, begin, async (it) => {
    if (!isBegun) return;
    begun += 1;
    assert.is(readFileSync(config(it), "utf8"), '{"db_name": "precious"}');
    await Promise.resolve();
  });
  assert.ok(begun > 3, `${begun} times`);
});

test("an attempt that is overtaken while it removes what is half made leaves the newer one's site whole", async () => {
  const template = createSiteBench();
  const create: Work = { kind: "create", tenant: ACME };
  const env = { LOCAL_BENCH_FAULTS: "acme:new-site" };
  assert.is((await template.run({ ...create, env })).status, 1);
  const overtake = (it: SiteBench) => succeed(it, { ...create, attempt: 3 });
  await stop(template, { ...create, attempt: 2, everyNth: every(23) }, overtake, async (it) => {
    const whole = readdirSync(it.site(ACME));
    for (const file of [".provisioned", "apps.txt", "site_config.json"])
      assert.ok(whole.includes(file), `${file} is not in ${whole.join(" ")}`);
    await Promise.resolve();
  });
});

test.run();
