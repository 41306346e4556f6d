/** Creates and drops that stop anywhere, are overtaken meanwhile, and go on. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createSiteBench, tenantNamed } from "./site-bench.ts";
import type { SiteBench, Work } from "./site-bench.ts";

const test = suite("overtaken site Jobs");

const ACME = tenantNamed("acme", "0c16443d-3d8e-4c0d-b43c-ac1174140611");

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

/** Runs a drop of a whole site that stops before every n-th command while something happens. */
async function stopDrop(
  everyNth: number,
  meanwhile: (it: SiteBench) => Promise<void>,
  afterwards: (it: SiteBench, status: number | null) => Promise<void>,
): Promise<void> {
  const template = createSiteBench();
  await succeed(template, { kind: "create", tenant: ACME });
  let pauses = 0;
  for (let beforeCommand = 1; ; beforeCommand += everyNth) {
    const it = createSiteBench(undefined, template);
    try {
      let wasPaused = false;
      const pause = { container: 0, beforeCommand };
      const { status } = await it.run({
        ...DROP,
        pause,
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
  assert.ok(pauses > 10, `${pauses} pauses`);
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
  await stopDrop(5, makeFolders, async (it, status) => {
    if (status !== 0) await succeed(it, { ...DROP, attempt: 2 });
    await succeed(it, { kind: "create", tenant: RIVAL });
  });
});

test("a drop that another one and the next tenant's create overtake leaves that tenant's site alone", async () => {
  let whole: string[] = [];
  const overtake = async (it: SiteBench) => {
    await succeed(it, { ...DROP, attempt: 2 });
    await succeed(it, { kind: "create", tenant: RIVAL });
    whole = it.snapshot();
  };
  await stopDrop(5, overtake, async (it, status) => {
    assert.equal(it.snapshot(), whole, `it ended with ${status}`);
    await Promise.resolve();
  });
});

test.run();
