/** Site Jobs and what others are at: another operation, another's host, a database that is away. */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { OPERATION_KINDS } from "../../shared/operations/registry.ts";
import { databaseName, siteName } from "../../shared/tenant/names.ts";
import { restoredDatabase } from "../../shared/tenant/site-database.ts";
import { createSiteBench, tenantNamed } from "../testkit/site-bench.ts";
import type { SiteBench } from "../testkit/site-bench.ts";
import { withParts } from "../testkit/tenant-parts.ts";

const test = suite("site Jobs and others");

const ACME = tenantNamed("acme", "0c16443d-3d8e-4c0d-b43c-ac1174140611");
const RIVAL = tenantNamed("acme", "11111111-2222-4333-8444-555555555555");
const OTHER = tenantNamed("other", "99999999-2222-4333-8444-555555555555");

let bench: SiteBench;
test.before.each(() => {
  bench = createSiteBench();
});
test.after.each(() => bench.remove());

const inSite = (file: string) => readFileSync(join(bench.site(ACME), file), "utf8");
const hostOf = (subdomain: string) => join(bench.volume.hosts, `${subdomain}.kairos.app`);
const databases = () => readdirSync(join(bench.databases, "databases"));

for (const kind of ["create", "suspend", "resume", "drop"] as const) {
  test(`${kind} tells an outage of the database from a failure of its own`, async () => {
    await bench.run({ kind: "create", tenant: ACME });
    const away = `${bench.databases}-away`;
    renameSync(bench.databases, away);
    const met = await bench.run({ kind, tenant: ACME, generation: 2 });
    assert.is(met.status, 1);
    assert.is(met.message?.code, "DatabaseUnavailable");
    assert.match(met.message?.reason ?? "", /Can't connect to server/);
    renameSync(away, bench.databases);
    const env = { LOCAL_BENCH_FAULTS: "acme:database,acme:drop-site,acme:lock-database" };
    if (kind === "resume") env.LOCAL_BENCH_FAULTS = "acme:unlock-database";
    const failed = await bench.run({ kind, tenant: ACME, generation: 3, env });
    assert.equal([failed.status, failed.message?.code], [kind === "create" ? 0 : 1, undefined]);
    assert.is((await bench.run({ kind, tenant: ACME, generation: 4 })).status, 0);
  });
}

for (const [first_name, last_name, expected] of [
  ["Ada", "Lovelace", " Ada Lovelace"],
  ["Ada", null, " Ada"],
  [null, "Lovelace", " Lovelace"],
  ['--add-role "$(id)"', "O'Neil; $SITE `id` \\", ' --add-role "$(id)" O\'Neil; $SITE `id` \\'],
] as const) {
  test(`the customer's user is called what the customer is:${expected}`, async () => {
    const tenant = withParts(ACME, { profile: { first_name, last_name } });
    assert.is((await bench.run({ kind: "create", tenant })).status, 0);
    const user = "office@acme.example (System User, System Manager)";
    assert.is(inSite("users.txt"), `${user}${expected}\n`);
  });
}

/** The tenant when it has asked for all that has to be asked for. */
const ASKED = withParts(ACME, {
  spec: {
    backup: {
      id: "77777777-2222-4333-8444-555555555555",
      kind: "manual",
      requested_at: new Date(0),
      expires_at: new Date(0),
    },
    restore: {
      backup: "77777777-2222-4333-8444-555555555555",
      tenant: ACME.id,
      database: restoredDatabase(ACME.id, 2),
      requested_at: new Date(0),
    },
    export: { backup: "77777777-2222-4333-8444-555555555555" },
  },
  status: {
    upgrade: { from: "main", to: "main", under_way: true, failure: null },
    kept: [{ database: restoredDatabase(ACME.id, 1), until: new Date(0) }],
    backup: {
      id: "77777777-2222-4333-8444-555555555555",
      requested_at: new Date(0),
      verified_at: null,
      nightly_at: null,
    },
  },
});

for (const kind of OPERATION_KINDS) {
  test(`a ${kind} of an older generation or attempt touches nothing and ends for good`, async () => {
    await bench.run({ kind: "create", tenant: ACME, generation: 3, attempt: 2 });
    const before = bench.snapshot();
    for (const [generation, attempt] of [
      [2, 9],
      [3, 1],
    ] as const) {
      const late = { kind, tenant: ASKED, generation, attempt, env: { BACKUP_BUCKET: "backups" } };
      const { status, message } = await bench.run(late);
      assert.is(status, 67, `${generation}.${attempt}`);
      assert.equal(bench.snapshot(), before);
      assert.match(message?.reason ?? "", /a newer operation, 3\.2/);
    }
    assert.ok(existsSync(join(bench.site(ACME), ".provisioned")));
    assert.equal(databases(), [databaseName(ACME.id)]);
    // Numbers, not texts: 10 is newer than 9.
    const ten = { kind: "suspend", tenant: ACME, generation: 10 } as const;
    assert.is((await bench.run(ten)).status, 0);
    assert.is((await bench.run({ ...ten, generation: 9 })).status, 67);
  });
}

test("two Pods of one operation: the one that claimed last goes on, the other ends", async () => {
  const lost = "bbbbbbbb-2222-4333-8444-555555555555";
  const older = bench.run({
    kind: "create",
    tenant: ACME,
    podUid: lost,
    pause: { container: 1, beforeCommand: 30 },
    meanwhile: async () => {
      const { status, output } = await bench.run({ kind: "create", tenant: ACME });
      assert.is(status, 0, output);
    },
  });
  const { status, message } = await older;
  assert.is(status, 67);
  assert.match(message?.reason ?? "", /another Pod of this operation/);
  assert.ok(existsSync(join(bench.site(ACME), ".provisioned")));
});

/** What may be at a host name that nobody of ours is to touch. */
const foreignHosts: [sentence: string, make: (path: string) => Promise<unknown> | void][] = [
  ["another tenant's host", () => bench.run({ kind: "create", tenant: RIVAL })],
  ["a directory at a host's place", (path) => mkdirSync(path)],
  ["a link that leads elsewhere", (path) => symlinkSync("../../elsewhere", path)],
  [
    "a link to a site whose tenant is not known to be gone",
    (path) => symlinkSync(`../tenants/${siteName(OTHER.id)}/current`, path),
  ],
];
for (const [sentence, make] of foreignHosts) {
  test(`${sentence} survives a create, which ends before it makes a site, and a drop`, async () => {
    await make(hostOf("acme"));
    const link = () => lstatSync(hostOf("acme")).ino;
    const before = link();
    const { status, message } = await bench.run({ kind: "create", tenant: ACME });
    assert.is(status, 65);
    assert.match(message?.reason ?? "", /nobody here has made|is another tenant's/);
    assert.not(existsSync(bench.site(ACME)));
    assert.is((await bench.run({ kind: "drop", tenant: ACME, generation: 2 })).status, 0);
    assert.is(link(), before);
  });
}

test("an owner record that is damaged makes nothing final and loses nothing", async () => {
  await bench.run({ kind: "create", tenant: ACME });
  writeFileSync(join(bench.volume.tenants, siteName(ACME.id), "owner"), "");
  const before = bench.snapshot();
  for (const kind of ["create", "drop", "suspend"] as const) {
    const { status, message } = await bench.run({ kind, tenant: ACME, generation: 2 });
    assert.is(status, 1, kind);
    assert.match(message?.reason ?? "", /owner record of .* is damaged/);
  }
  assert.equal(bench.snapshot(), before);
});

test.run();
