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
import { createSiteBench, tenantNamed } from "../testkit/site-bench.ts";
import type { SiteBench, Work } from "../testkit/site-bench.ts";
import { fillingStandby } from "../testkit/some-standby.ts";
import { ACME, CLAIM, renamed } from "./crash-injection.ts";

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
      for (let beforeCommand = 5; ; beforeCommand += 53) {
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

const RIVAL = tenantNamed("acme", "11111111-2222-4333-8444-555555555555");
const DROP: Work = { kind: "drop", tenant: ACME, generation: 2 };

/** Runs a Job on a bench like that one, and stops it before every n-th command while something happens. */
async function stop(
  template: SiteBench,
  { everyNth, ...work }: Work & { everyNth: number },
  meanwhile: (it: SiteBench) => Promise<void>,
  afterwards: (it: SiteBench, status: number | null) => Promise<void>,
): Promise<void> {
  let pauses = 0;
  for (let beforeCommand = 1; ; beforeCommand += everyNth) {
    const it = createSiteBench(undefined, template);
    try {
      let wasPaused = false;
      const { status } = await it.run({
        ...work,
        pause: { container: 0, beforeCommand },
        meanwhile: async () => {
          wasPaused = true;
          await meanwhile(it);
        },
      });
      if (!wasPaused) break;
      pauses += 1;
      await afterwards(it, status);
    } finally {
      it.remove();
    }
  }
  template.remove();
  assert.ok(pauses > 5, `${pauses} pauses`);
}

async function benchWithSite(): Promise<SiteBench> {
  const it = createSiteBench();
  await succeed(it, { kind: "create", tenant: ACME });
  return it;
}

async function succeed(it: SiteBench, work: Work): Promise<void> {
  const { status, output, message } = await it.run(work);
  assert.is(status, 0, `${work.kind} of ${work.tenant.id}: ${output}`);
  assert.is(message, null);
}

test("folders that appear at a site's place at any moment of its drop leave its name free", async () => {
  const makeFolders = async (it: SiteBench) => {
    for (const folder of ["logs", "private", "public"])
      mkdirSync(join(it.site(ACME), folder), { recursive: true });
    writeFileSync(join(it.site(ACME), "logs", "worker.log"), "late\n");
    await Promise.resolve();
  };
  await stop(await benchWithSite(), { ...DROP, everyNth: 11 }, makeFolders, async (it, status) => {
    if (status !== 0) await succeed(it, { ...DROP, attempt: 2 });
    await succeed(it, { kind: "create", tenant: RIVAL });
    assert.is(realpathSync(join(it.volume.hosts, "acme.kairos.app")), it.site(RIVAL));
  });
});

test("a drop that another one and the next tenant's create overtake leaves that tenant's site alone", async () => {
  let whole: string[] = [];
  const overtake = async (it: SiteBench) => {
    await succeed(it, { ...DROP, attempt: 2 });
    await succeed(it, { kind: "create", tenant: RIVAL });
    whole = it.snapshot();
  };
  await stop(await benchWithSite(), { ...DROP, everyNth: 11 }, overtake, async (it, status) => {
    assert.equal(it.snapshot(), whole, `it ended with ${status}`);
    await Promise.resolve();
  });
});

test("a site that somebody begins to make in folders that a drop takes away is left to them", async () => {
  const template = await benchWithSite();
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
  await stop(template, { ...DROP, attempt: 2, everyNth: 3 }, begin, async (it) => {
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
  await stop(template, { ...create, attempt: 2, everyNth: 11 }, overtake, async (it) => {
    const whole = readdirSync(it.site(ACME));
    for (const file of [".provisioned", "apps.txt", "site_config.json"])
      assert.ok(whole.includes(file), `${file} is not in ${whole.join(" ")}`);
    await Promise.resolve();
  });
});

/** All but which operation came last, and what it noted for itself. */
const result = (it: SiteBench) =>
  it.snapshot().filter((entry) => !/\/(changes|names)[/ ]/.test(entry));

/** That whatever such a Job had still to do when others overtook it, it did not do. */
async function leavesAlone(
  template: SiteBench,
  work: Work & { everyNth: number },
  others: Work[],
  freed: Work[],
): Promise<void> {
  let wanted: string[] = [];
  const overtake = async (it: SiteBench) => {
    for (const other of others) await succeed(it, other);
    wanted = result(it);
  };
  await stop(template, work, overtake, async (it, status) => {
    assert.equal(result(it), wanted, `it ended with ${status}`);
    // Whatever it had noted of its names, a drop frees them all.
    for (const drop of freed) await succeed(it, drop);
    assert.equal(readdirSync(it.volume.hosts), []);
  });
}

const RENAME: Work = { kind: "rename", tenant: renamed("new", "acme"), generation: 2 };
const LATE_DROP: Work = { ...DROP, generation: 4 };
const NEXT_AT_NEW = tenantNamed("new", RIVAL.id);

test("a rename that a drop and the next tenant's create with that name overtake leaves them alone", async () => {
  const others: Work[] = [LATE_DROP, { kind: "create", tenant: NEXT_AT_NEW }];
  const freed: Work[] = [{ kind: "drop", tenant: NEXT_AT_NEW, generation: 2 }];
  await leavesAlone(await benchWithSite(), { ...RENAME, everyNth: 7 }, others, freed);
});

for (const [sentence, tenant] of [
  ["to a third name", renamed("newest", "new")],
  ["back", renamed("acme", "new")],
  ["back, after which nobody holds the new one,", ACME],
] as const) {
  test(`a rename that one ${sentence} overtakes leaves its names alone`, async () => {
    const others: Work[] = [{ kind: "rename", tenant, generation: 3 }];
    await leavesAlone(await benchWithSite(), { ...RENAME, everyNth: 7 }, others, [LATE_DROP]);
  });
}

async function benchWithStandby(): Promise<SiteBench> {
  const it = createSiteBench();
  const tenant = fillingStandby(new Date(0), { id: ACME.id });
  await succeed(it, { kind: "create", tenant });
  return it;
}

for (const [sentence, others] of [
  ["a drop and the next tenant's create", [LATE_DROP, { kind: "create", tenant: RIVAL }]],
  ["a newer attempt", [{ ...CLAIM, attempt: 2 }]],
  ["another Pod", [{ ...CLAIM, podUid: "bbbbbbbb-2222-4333-8444-555555555555" }]],
] as [string, Work[]][]) {
  test(`a claim that ${sentence} overtakes leaves that alone`, async () => {
    const rival: Work = { kind: "drop", tenant: RIVAL, generation: 2 };
    const freed = others.length > 1 ? [rival] : [LATE_DROP];
    await leavesAlone(await benchWithStandby(), { ...CLAIM, everyNth: 7 }, others, freed);
  });
}

test.run();
