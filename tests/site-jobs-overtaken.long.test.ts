/** Creates that stop anywhere, are overtaken meanwhile, and go on. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createSiteBench, tenantNamed } from "./site-bench.ts";
import type { Work } from "./site-bench.ts";

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

test.run();
