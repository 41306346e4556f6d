/** The host names of a site, as site Jobs link them on the volume. */
import {
  existsSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { siteName } from "../../shared/tenant/names.ts";
import type { Spec, Tenant } from "../../shared/tenant/tenant.ts";
import { createSiteBench, tenantNamed } from "../testkit/site-bench.ts";
import type { SiteBench, Work } from "../testkit/site-bench.ts";
import { fillingStandby } from "../testkit/some-standby.ts";
import { withParts } from "../testkit/tenant-parts.ts";

const test = suite("host names of sites");

const ACME = tenantNamed("acme", "0c16443d-3d8e-4c0d-b43c-ac1174140611");
const RIVAL = tenantNamed("acme", "11111111-2222-4333-8444-555555555555");
const SITE = siteName(ACME.id);
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

/** Every host name with what its link says. */
function hosts(): Record<string, string> {
  const { hosts: links } = bench.volume;
  return Object.fromEntries(
    readdirSync(links).map((host) => [host, readlinkSync(join(links, host))]),
  );
}
const SERVES = `../tenants/${SITE}/current`;
const leadsTo = (host: string) => `../tenants/${SITE}/moved-to/${host}`;
const mainAddress = () =>
  (
    JSON.parse(readFileSync(join(bench.site(ACME), "site_config.json"), "utf8")) as {
      host_name?: string;
    }
  ).host_name;
/** Where a visitor of a host comes to. */
const reached = (host: string) => realpathSync(join(bench.volume.hosts, host));

test("a new site has its name, by links that hold wherever the volume is mounted", () => {
  assert.equal(hosts(), { "acme.kairos.app": SERVES });
  const current = join(bench.volume.tenants, SITE, "current");
  assert.is(readlinkSync(current), `../../benches/main/sites/${SITE}`);
  assert.is(reached("acme.kairos.app"), bench.site(ACME));
});

test("a rename gives the site its new name, and the former one leads there", async () => {
  await succeed(rename({ subdomain: "new", former: ["acme"] }));
  const links = { "acme.kairos.app": leadsTo("new.kairos.app"), "new.kairos.app": SERVES };
  assert.equal(hosts(), links);
  assert.is(reached("new.kairos.app"), bench.site(ACME));
  const place = join(bench.volume.tenants, SITE, "moved-to", "new.kairos.app");
  assert.is(reached("acme.kairos.app"), place);
  assert.equal(readdirSync(place), []);
  assert.is(mainAddress(), "https://new.kairos.app");
});

test("a rename that is run again changes nothing", async () => {
  const work = rename({ subdomain: "new", former: ["acme"], domains: ["shop.example"] });
  await succeed(work);
  const before = bench.snapshot();
  await succeed(work);
  assert.equal(bench.snapshot(), before);
});

test("a site gets its former name back, and the one between leads there", async () => {
  await succeed(rename({ subdomain: "new", former: ["acme"] }));
  await succeed(rename({ subdomain: "acme", former: ["new"] }, 3));
  const links = { "acme.kairos.app": SERVES, "new.kairos.app": leadsTo("acme.kairos.app") };
  assert.equal(hosts(), links);
  assert.is(mainAddress(), "https://acme.kairos.app");
});

test("all former names lead to the newest, and one that is held no longer is anybody's", async () => {
  await succeed(rename({ subdomain: "new", former: ["acme"] }));
  await succeed(rename({ subdomain: "newest", former: ["acme", "new"] }, 3));
  const former = leadsTo("newest.kairos.app");
  const links = {
    "acme.kairos.app": former,
    "new.kairos.app": former,
    "newest.kairos.app": SERVES,
  };
  assert.equal(hosts(), links);
  assert.is((await bench.run({ kind: "create", tenant: RIVAL })).status, 65);
  await succeed(rename({ subdomain: "newest", former: ["new"] }, 4));
  const { "acme.kairos.app": _, ...others } = links;
  assert.equal(hosts(), others);
  await succeed({ kind: "create", tenant: RIVAL, attempt: 2 });
  assert.is(reached("acme.kairos.app"), bench.site(RIVAL));
});

test("the first of the customer's own domains is the main address, and goes when it is not wanted", async () => {
  const domains = ["shop.example", "www.shop.example"];
  await succeed(rename({ subdomain: "new", former: ["acme"], domains }));
  const links = {
    "acme.kairos.app": leadsTo("shop.example"),
    "new.kairos.app": SERVES,
    "shop.example": SERVES,
    "www.shop.example": SERVES,
  };
  assert.equal(hosts(), links);
  assert.is(mainAddress(), "https://shop.example");
  await succeed(rename({ subdomain: "new", former: ["acme"], domains: domains.slice(1) }, 3));
  const { "shop.example": _, ...others } = links;
  assert.equal(hosts(), { ...others, "acme.kairos.app": leadsTo("www.shop.example") });
  assert.is(mainAddress(), "https://www.shop.example");
  await succeed(rename({ subdomain: "new" }, 4));
  assert.equal(hosts(), { "new.kairos.app": SERVES });
  assert.is(mainAddress(), "https://new.kairos.app");
});

test("a suspended site's names all lead to the page that says so, and back", async () => {
  await succeed(rename({ subdomain: "new", domains: ["shop.example"] }));
  await succeed({ kind: "suspend", tenant: ACME, generation: 3 });
  const place = join(bench.volume.tenants, SITE, "suspended");
  for (const host of ["new.kairos.app", "shop.example"]) assert.is(reached(host), place);
  await succeed({ kind: "resume", tenant: ACME, generation: 4 });
  for (const host of ["new.kairos.app", "shop.example"]) assert.is(reached(host), bench.site(ACME));
});

test("a drop frees all names of a site, and no other", async () => {
  await succeed({ kind: "create", tenant: named({ subdomain: "rival" }, RIVAL) });
  await succeed(rename({ subdomain: "new", former: ["acme"], domains: ["shop.example"] }));
  await succeed({ kind: "drop", tenant: ACME, generation: 3 });
  assert.equal(hosts(), { "rival.kairos.app": `../tenants/${siteName(RIVAL.id)}/current` });
});

const claimOf = (names: Names, more: Partial<Work> = {}): Work => ({
  kind: "claim",
  tenant: named(names),
  generation: 2,
  ...more,
});
const ofStandby = (file: string) => readFileSync(join(bench.site(ACME), file), "utf8");

test("a standby has a site, and neither a host name nor a customer", () => {
  bench.remove();
  bench = createSiteBench(undefined, withStandby);
  assert.equal(hosts(), {});
  assert.ok(existsSync(join(bench.site(ACME), ".provisioned")));
  assert.is(ofStandby("users.txt"), "");
  assert.is(mainAddress(), undefined);
});

test("a claim gives a standby's site its customer and its name", async () => {
  bench.remove();
  bench = createSiteBench(undefined, withStandby);
  await succeed(claimOf({ subdomain: "acme" }));
  assert.equal(hosts(), { "acme.kairos.app": SERVES });
  assert.is(reached("acme.kairos.app"), bench.site(ACME));
  assert.is(mainAddress(), "https://acme.kairos.app");
  assert.is(ofStandby("users.txt"), "office@acme.example (System User, System Manager)\n");
  assert.is(ofStandby("scheduler.txt"), "1\n");
});

test("a claim that is run again after it succeeded sets up nothing anew", async () => {
  bench.remove();
  bench = createSiteBench(undefined, withStandby);
  await succeed(claimOf({ subdomain: "acme" }));
  // The customer has given up the role, and has a password of their own for Administrator.
  writeFileSync(join(bench.site(ACME), "users.txt"), "office@acme.example (System User, Sales)\n");
  writeFileSync(join(bench.site(ACME), "user_fields.json"), "{}");
  writeFileSync(join(bench.site(ACME), "scheduler.txt"), "0\n");
  const before = bench.snapshot();
  await succeed(claimOf({ subdomain: "acme" }));
  assert.equal(bench.snapshot(), before);
});

test.run();
