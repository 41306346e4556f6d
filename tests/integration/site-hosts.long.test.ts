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
import { ACME, named, rename, RIVAL, useNamedSite } from "../testkit/named-site.ts";
import type { Names } from "../testkit/named-site.ts";
import type { Work } from "../testkit/site-bench.ts";

const test = suite("host names of sites");

const it = useNamedSite(test);
const SITE = siteName(ACME.id);

/** Every host name with what its link says. */
function hosts(): Record<string, string> {
  const { hosts: links } = it.bench.volume;
  return Object.fromEntries(
    readdirSync(links).map((host) => [host, readlinkSync(join(links, host))]),
  );
}
const SERVES = `../tenants/${SITE}/current`;
const leadsTo = (host: string) => `../tenants/${SITE}/moved-to/${host}`;
const mainAddress = () =>
  (
    JSON.parse(readFileSync(join(it.bench.site(ACME), "site_config.json"), "utf8")) as {
      host_name?: string;
    }
  ).host_name;
/** Where a visitor of a host comes to. */
const reached = (host: string) => realpathSync(join(it.bench.volume.hosts, host));

test("a new site has its name, by links that hold wherever the volume is mounted", () => {
  assert.equal(hosts(), { "acme.kairos.app": SERVES });
  const current = join(it.bench.volume.tenants, SITE, "current");
  assert.is(readlinkSync(current), `../../benches/main/sites/${SITE}`);
  assert.is(reached("acme.kairos.app"), it.bench.site(ACME));
});

test("a rename gives the site its new name, and the former one leads there", async () => {
  await it.succeed(rename({ subdomain: "new", former: ["acme"] }));
  const links = { "acme.kairos.app": leadsTo("new.kairos.app"), "new.kairos.app": SERVES };
  assert.equal(hosts(), links);
  assert.is(reached("new.kairos.app"), it.bench.site(ACME));
  const place = join(it.bench.volume.tenants, SITE, "moved-to", "new.kairos.app");
  assert.is(reached("acme.kairos.app"), place);
  assert.equal(readdirSync(place), []);
  assert.is(mainAddress(), "https://new.kairos.app");
});

test("a rename that is run again changes nothing", async () => {
  const work = rename({ subdomain: "new", former: ["acme"], domains: ["shop.example"] });
  await it.succeed(work);
  const before = it.bench.snapshot();
  await it.succeed(work);
  assert.equal(it.bench.snapshot(), before);
});

test("a site gets its former name back, and the one between leads there", async () => {
  await it.succeed(rename({ subdomain: "new", former: ["acme"] }));
  await it.succeed(rename({ subdomain: "acme", former: ["new"] }, 3));
  const links = { "acme.kairos.app": SERVES, "new.kairos.app": leadsTo("acme.kairos.app") };
  assert.equal(hosts(), links);
  assert.is(mainAddress(), "https://acme.kairos.app");
});

test("all former names lead to the newest, and one that is held no longer is anybody's", async () => {
  await it.succeed(rename({ subdomain: "new", former: ["acme"] }));
  await it.succeed(rename({ subdomain: "newest", former: ["acme", "new"] }, 3));
  const former = leadsTo("newest.kairos.app");
  const links = {
    "acme.kairos.app": former,
    "new.kairos.app": former,
    "newest.kairos.app": SERVES,
  };
  assert.equal(hosts(), links);
  assert.is((await it.bench.run({ kind: "create", tenant: RIVAL })).status, 65);
  await it.succeed(rename({ subdomain: "newest", former: ["new"] }, 4));
  const { "acme.kairos.app": _, ...others } = links;
  assert.equal(hosts(), others);
  await it.succeed({ kind: "create", tenant: RIVAL, attempt: 2 });
  assert.is(reached("acme.kairos.app"), it.bench.site(RIVAL));
});

test("the first of the customer's own domains is the main address, and goes when it is not wanted", async () => {
  const domains = ["shop.example", "www.shop.example"];
  await it.succeed(rename({ subdomain: "new", former: ["acme"], domains }));
  const links = {
    "acme.kairos.app": leadsTo("shop.example"),
    "new.kairos.app": SERVES,
    "shop.example": SERVES,
    "www.shop.example": SERVES,
  };
  assert.equal(hosts(), links);
  assert.is(mainAddress(), "https://shop.example");
  await it.succeed(rename({ subdomain: "new", former: ["acme"], domains: domains.slice(1) }, 3));
  const { "shop.example": _, ...others } = links;
  assert.equal(hosts(), { ...others, "acme.kairos.app": leadsTo("www.shop.example") });
  assert.is(mainAddress(), "https://www.shop.example");
  await it.succeed(rename({ subdomain: "new" }, 4));
  assert.equal(hosts(), { "new.kairos.app": SERVES });
  assert.is(mainAddress(), "https://new.kairos.app");
});

test("a suspended site's names all lead to the page that says so, and back", async () => {
  await it.succeed(rename({ subdomain: "new", domains: ["shop.example"] }));
  await it.succeed({ kind: "suspend", tenant: ACME, generation: 3 });
  const place = join(it.bench.volume.tenants, SITE, "suspended");
  for (const host of ["new.kairos.app", "shop.example"]) assert.is(reached(host), place);
  await it.succeed({ kind: "resume", tenant: ACME, generation: 4 });
  for (const host of ["new.kairos.app", "shop.example"])
    assert.is(reached(host), it.bench.site(ACME));
});

test("all names of a site that is retained lead to the page that says that it is gone, former ones by way of the newest", async () => {
  await it.succeed(rename({ subdomain: "new", former: ["acme"], domains: ["shop.example"] }));
  const links = hosts();
  await it.succeed({ kind: "retain", tenant: ACME, generation: 3 });
  const place = join(it.bench.volume.tenants, SITE, "retained");
  for (const host of ["new.kairos.app", "shop.example"]) assert.is(reached(host), place);
  assert.equal(hosts(), links);
});

test("a drop frees all names of a site, and no other", async () => {
  await it.succeed({ kind: "create", tenant: named({ subdomain: "rival" }, RIVAL) });
  await it.succeed(rename({ subdomain: "new", former: ["acme"], domains: ["shop.example"] }));
  await it.succeed({ kind: "drop", tenant: ACME, generation: 3 });
  assert.equal(hosts(), { "rival.kairos.app": `../tenants/${siteName(RIVAL.id)}/current` });
});

const claimOf = (names: Names, more: Partial<Work> = {}): Work => ({
  kind: "claim",
  tenant: named(names),
  generation: 2,
  ...more,
});
const ofStandby = (file: string) => readFileSync(join(it.bench.site(ACME), file), "utf8");

test("a standby has a site, and neither a host name nor a customer", () => {
  it.takeStandby();
  assert.equal(hosts(), {});
  assert.ok(existsSync(join(it.bench.site(ACME), ".provisioned")));
  assert.is(ofStandby("users.txt"), "");
  assert.is(mainAddress(), undefined);
});

test("a claim gives a standby's site its customer and its name", async () => {
  it.takeStandby();
  await it.succeed(claimOf({ subdomain: "acme" }));
  assert.equal(hosts(), { "acme.kairos.app": SERVES });
  assert.is(reached("acme.kairos.app"), it.bench.site(ACME));
  assert.is(mainAddress(), "https://acme.kairos.app");
  assert.is(ofStandby("users.txt"), "office@acme.example (System User, System Manager)\n");
  assert.is(ofStandby("scheduler.txt"), "1\n");
});

test("a claim that is run again after it succeeded sets up nothing anew", async () => {
  it.takeStandby();
  await it.succeed(claimOf({ subdomain: "acme" }));
  // The customer has given up the role, and has a password of their own for Administrator.
  writeFileSync(
    join(it.bench.site(ACME), "users.txt"),
    "office@acme.example (System User, Sales)\n",
  );
  writeFileSync(join(it.bench.site(ACME), "user_fields.json"), "{}");
  writeFileSync(join(it.bench.site(ACME), "scheduler.txt"), "0\n");
  const before = it.bench.snapshot();
  await it.succeed(claimOf({ subdomain: "acme" }));
  assert.equal(it.bench.snapshot(), before);
});

test.run();
