/** What processes that have not ended yet make at the place of a site that is dropped, or was. */
import {
  existsSync,
  mkdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { siteName } from "../../shared/tenant/names.ts";
import { createSiteBench, tenantNamed } from "../testkit/site-bench.ts";
import type { SiteBench, Work } from "../testkit/site-bench.ts";

const test = suite("what is left at a dropped site's place");

const ACME = tenantNamed("acme", "0c16443d-3d8e-4c0d-b43c-ac1174140611");
const RIVAL = tenantNamed("acme", "11111111-2222-4333-8444-555555555555");
const OTHER = tenantNamed("other", "99999999-2222-4333-8444-555555555555");
const DROP: Work = { kind: "drop", tenant: ACME, generation: 2 };

let bench: SiteBench;
test.before.each(() => {
  bench = createSiteBench();
});
test.after.each(() => bench.remove());

const host = () => join(bench.volume.hosts, "acme.kairos.app");
const place = (...path: string[]) => join(bench.site(ACME), ...path);

async function succeed(work: Work): Promise<string> {
  const { status, output } = await bench.run(work);
  assert.is(status, 0, `${work.kind} of ${work.tenant.id}: ${output}`);
  return output;
}

/** As a worker does that writes its log, and Frappe when it takes a lock. */
function makeLeftover(): void {
  for (const folder of ["logs", "locks", "private/files", "public/files"])
    mkdirSync(place(folder), { recursive: true });
  writeFileSync(place("logs", "worker.log"), "lost connection to the database\n");
  writeFileSync(place("locks", "site_config.lock"), "");
}

test("a worker that makes folders all the time does not keep a drop from freeing the name", async () => {
  await succeed({ kind: "create", tenant: ACME });
  const worker = setInterval(() => {
    try {
      makeLeftover();
    } catch {
      // What it had made was moved away between its steps.
    }
  }, 1);
  try {
    // It may end at what was made after its last look; the next attempt finds that.
    await bench.run(DROP);
    await bench.run({ ...DROP, attempt: 2 });
  } finally {
    clearInterval(worker);
  }
  await succeed({ ...DROP, attempt: 3 });
  assert.not(existsSync(place()));
  await succeed({ kind: "create", tenant: RIVAL });
  assert.is(realpathSync(host()), bench.site(RIVAL));
});

test("folders made after a drop are in nobody's way: not the next drop's, not the next tenant's", async () => {
  await succeed({ kind: "create", tenant: ACME });
  await succeed(DROP);
  makeLeftover();
  assert.not.match(await succeed({ ...DROP, attempt: 2 }), "somebody else's");
  assert.not(existsSync(place()));
  makeLeftover();
  await succeed({ kind: "create", tenant: RIVAL });
});

test("folders at the place of an owner record that a late create left go with it", async () => {
  await succeed({ kind: "create", tenant: ACME });
  await succeed(DROP);
  const record = join(bench.volume.tenants, siteName(ACME.id));
  mkdirSync(join(record, ACME.id, "claims"), { recursive: true });
  writeFileSync(join(record, "owner"), `${ACME.id}\n`);
  makeLeftover();
  await succeed({ ...DROP, attempt: 2 });
  assert.not(existsSync(place()));
  assert.not(existsSync(record));
});

const somebodys: [sentence: string, make: () => void][] = [
  ["a site_config.json", () => writeFileSync(place("site_config.json"), "{}")],
  ["an empty site_config.json", () => writeFileSync(place("site_config.json"), "")],
  ["a file", () => writeFileSync(place("private", "files", "precious"), "data")],
  ["an empty file", () => writeFileSync(place("public", "files", "precious"), "")],
  ["a link", () => symlinkSync("/", place("logs", "elsewhere"))],
  ["a lock with something in it", () => writeFileSync(place("locks", "lock"), "data")],
];
for (const [sentence, make] of somebodys) {
  test(`folders with ${sentence} among them are somebody's, and stay as they are`, async () => {
    await succeed({ kind: "create", tenant: ACME });
    await succeed(DROP);
    makeLeftover();
    make();
    const before = bench.snapshot();
    assert.is((await bench.run({ kind: "create", tenant: ACME, generation: 3 })).status, 67);
    const again = await bench.run({ ...DROP, attempt: 2 });
    assert.is(again.message?.reason, "SiteNotOurs");
    assert.equal(bench.snapshot(), before);
  });
}

test("folders at a place of which no tombstone speaks are somebody's", async () => {
  await succeed({ kind: "create", tenant: OTHER });
  await succeed({ kind: "drop", tenant: OTHER, generation: 2 });
  makeLeftover();
  const before = bench.snapshot();
  assert.is((await bench.run({ kind: "create", tenant: ACME })).status, 65);
  assert.equal(bench.snapshot(), before);
  // Nor does the tombstone of a drop that found them.
  for (const attempt of [1, 2]) {
    assert.is((await bench.run({ ...DROP, attempt })).message?.reason, "SiteNotOurs");
    assert.ok(existsSync(place("logs", "worker.log")));
  }
});

/** As if a tenant had been dropped long ago. */
function age(tombstone: string): void {
  const longAgo = new Date(Date.now() - 32 * 24 * 3600 * 1000);
  utimesSync(tombstone, longAgo, longAgo);
}

const tombstone = () => join(bench.volume.tenants, `${ACME.id}.gone`);

test("an old tombstone goes, and before it what a worker has made at the site's place", async () => {
  await succeed({ kind: "create", tenant: ACME });
  await succeed(DROP);
  makeLeftover();
  age(tombstone());
  await succeed({ kind: "drop", tenant: OTHER });
  assert.not(existsSync(place()));
  assert.not(existsSync(tombstone()));
});

for (const [sentence, make] of somebodys) {
  test(`an old tombstone stays as long as folders with ${sentence} lie at the site's place`, async () => {
    await succeed({ kind: "create", tenant: ACME });
    await succeed(DROP);
    makeLeftover();
    make();
    age(tombstone());
    await succeed({ kind: "drop", tenant: OTHER });
    assert.ok(existsSync(place("logs", "worker.log")));
    rmSync(place(), { recursive: true });
    await succeed({ kind: "drop", tenant: OTHER, generation: 2 });
    assert.not(existsSync(tombstone()));
  });
}

test("the tombstone of a drop that found somebody's folders lets nobody take them either", async () => {
  makeLeftover();
  assert.is((await bench.run(DROP)).message?.reason, "SiteNotOurs");
  age(tombstone());
  await succeed({ kind: "drop", tenant: OTHER });
  assert.ok(existsSync(place("logs", "worker.log")));
});

test.run();
