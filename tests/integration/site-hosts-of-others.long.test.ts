/** Host names that are somebody else's, or none, and the site Jobs that want them. */
import { mkdirSync, readdirSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Spec, Tenant } from "../../shared/tenant/tenant.ts";
import { createSiteBench, tenantNamed } from "../testkit/site-bench.ts";
import type { SiteBench, Work } from "../testkit/site-bench.ts";
import { fillingStandby } from "../testkit/some-standby.ts";
import { withParts } from "../testkit/tenant-parts.ts";

const test = suite("host names of others");

const ACME = tenantNamed("acme", "0c16443d-3d8e-4c0d-b43c-ac1174140611");
const RIVAL = tenantNamed("acme", "11111111-2222-4333-8444-555555555555");
const CREATE: Work = { kind: "create", tenant: ACME };

/** A bench with ACME's site, and one with a standby's, of which each test has a copy. */
let withSite: SiteBench;
let withStandby: SiteBench;
let bench: SiteBench;
test.before(async () => {
  [withSite, withStandby] = [createSiteBench(), createSiteBench()];
  const standby = fillingStandby(new Date(0), { id: ACME.id });
  const made = [withSite.run(CREATE), withStandby.run({ kind: "create", tenant: standby })];
  for (const { status, output } of await Promise.all(made)) assert.is(status, 0, output);
});
test.before.each(() => {
  bench = createSiteBench(undefined, withSite);
});
test.after.each(() => bench.remove());
test.after(() => {
  withSite.remove();
  withStandby.remove();
});

async function succeed(work: Work): Promise<void> {
  const { status, output } = await bench.run(work);
  assert.is(status, 0, `${work.kind} of ${work.tenant.id}: ${output}`);
}

interface Names {
  subdomain: string;
  former?: string[];
  domains?: string[];
}

/** The tenant with these names. */
function named({ subdomain, former = [], domains = [] }: Names, tenant: Tenant = ACME): Tenant {
  const until = new Date(0);
  const former_subdomains = former.map((name) => ({ subdomain: name, until }));
  const spec: Partial<Spec> = { subdomain, former_subdomains, domains };
  return withParts(tenant, { spec });
}

const rename = (names: Names, generation = 2): Work => ({
  kind: "rename",
  tenant: named(names),
  generation,
});

/** Where a visitor of a host comes to. */
const reached = (host: string) => realpathSync(join(bench.volume.hosts, host));

/** What may be at a name that nobody of ours is to touch. */
const foreign: [sentence: string, make: (path: string) => Promise<unknown> | void][] = [
  [
    "another tenant's site",
    () => bench.run({ kind: "create", tenant: named({ subdomain: "new" }, RIVAL) }),
  ],
  ["a directory", (path) => mkdirSync(path)],
  ["a file", (path) => writeFileSync(path, "")],
  ["a link that leads elsewhere", (path) => symlinkSync("../../elsewhere", path)],
];
for (const [sentence, make] of foreign) {
  test(`${sentence} at the new name keeps a site from it, and nothing is changed`, async () => {
    await make(join(bench.volume.hosts, "new.kairos.app"));
    const before = withoutOperations();
    const wanted = { subdomain: "new", former: ["acme"], domains: ["shop.example"] };
    assert.is((await bench.run(rename(wanted))).status, 65);
    assert.equal(withoutOperations(), before);
  });
}

/** All but what tells which operation came last. */
function withoutOperations(): string[] {
  return bench.snapshot().filter((entry) => !/\/(claims|changes|names)\/?/.test(entry));
}

test("what is at a former name and is not the site's is not touched", async () => {
  await succeed({ kind: "create", tenant: named({ subdomain: "new" }, RIVAL) });
  await succeed(rename({ subdomain: "newest", former: ["acme"] }));
  assert.is((await bench.run(rename({ subdomain: "newest", former: ["new"] }, 3))).status, 65);
  assert.is(reached("new.kairos.app"), bench.site(RIVAL));
});

test("a rename of an older command touches nothing", async () => {
  await succeed(rename({ subdomain: "new", former: ["acme"] }, 3));
  const before = bench.snapshot();
  assert.is((await bench.run(rename({ subdomain: "older", former: ["acme"] }, 2))).status, 67);
  assert.equal(bench.snapshot(), before);
});

test("a host name of another form is refused, whatever it leads to", async () => {
  for (const name of ["../x.example", "X.example", "x..example"]) {
    const env = { SERVED_NAMES: "acme.kairos.app new.kairos.app", FORMER_NAMES: name };
    const { status, message } = await bench.run({ ...rename({ subdomain: "new" }), env });
    assert.is(status, 1, name);
    assert.match(message?.reason ?? "", /unexpected form/);
  }
  assert.equal(readdirSync(bench.volume.hosts), ["acme.kairos.app"]);
});

test("a claim whose name is somebody else's changes nothing of the site", async () => {
  bench.remove();
  bench = createSiteBench(undefined, withStandby);
  await succeed({ kind: "create", tenant: RIVAL });
  const before = withoutOperations().filter((entry) => !entry.startsWith("tenants/"));
  assert.is((await bench.run({ kind: "claim", tenant: ACME, generation: 2 })).status, 65);
  const after = withoutOperations().filter((entry) => !entry.startsWith("tenants/"));
  assert.equal(after, before);
});

test.run();
