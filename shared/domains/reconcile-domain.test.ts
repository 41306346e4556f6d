/** The reconcile of a custom domain: killed at every call, beside another one, and step by step. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createDomainWorld } from "../../tests/testkit/domain-world.ts";
import type { DomainWorld } from "../../tests/testkit/domain-world.ts";
import { REQUESTER } from "../../tests/testkit/requester.ts";
import { siteAt } from "../../tests/testkit/some-site.ts";
import { withParts } from "../../tests/testkit/tenant-parts.ts";
import { addSeconds, newTenant, withChanges } from "../tenant/tenant.ts";
import { askedToGo, newDomain } from "./domain.ts";
import type { Seen } from "./observed-domain.ts";
import { reconcileDomain } from "./reconcile-domain.ts";
import type { DomainPorts } from "./reconcile-domain.ts";

const test = suite("reconcileDomain");

const ID = "0c16443d-3d8e-4c0d-b43c-ac1174140611";
const NOW = new Date("2026-11-29T12:00:00Z");
const DAY = 24 * 3600;
const SHOP = "shop.com";
const names = { organization: "Acme", subdomain: "acme", email: "a@acme.example" };
const TENANT = withParts(
  newTenant({ id: ID, commandId: ID, requestedBy: REQUESTER, ...names }, NOW),
  { status: { phase: "active", site: siteAt("acme"), observed_generation: 1 } },
);
const asked = { domain: SHOP, tenantId: ID, token: "t", commandId: "c", requestedBy: REQUESTER };
const ABSENT: Seen = { is: "absent", instead: [] };
const NOTHING = { authorization: null, certificate: null, entry: null };

const start = () => createDomainWorld(newDomain(asked, NOW), TENANT, NOW);

/** Looks until nothing changes any more, each time at the time that was said, with the tenant's operations between. */
async function untilQuiet(world: DomainWorld): Promise<void> {
  for (let looks = 0; looks < 100; looks++) {
    const before = JSON.stringify([world.record.record?.state, world.certificate]);
    await reconcileDomain(SHOP, world.ports);
    world.settleTenant();
    const { record } = world.record;
    if (record === null) return;
    const isQuiet = JSON.stringify([record.state, world.certificate]) === before;
    const { next_check_at: next } = record;
    if (next === null || (isQuiet && next > addSeconds(world.now, 3600))) return;
    if (next > world.now) world.now = next;
  }
  throw new Error(`it does not come to an end: ${JSON.stringify(world.record.record)}`);
}

function askToGo(world: DomainWorld): void {
  const { record } = world.record;
  const command = { commandId: "c2", requestedBy: REQUESTER, now: world.now };
  if (record !== null) world.record.set({ ...record, ...askedToGo(command) });
}

function deleteTenant(world: DomainWorld): void {
  const { record } = world.tenant;
  if (record) world.tenant.set(withChanges(record, { spec: { state: "absent" } }));
}

async function makeActive(): Promise<DomainWorld> {
  const world = start();
  await untilQuiet(world);
  assert.equal(world.tenant.record?.status.site?.domains, [SHOP]);
  return world;
}

test("from nothing to a site that has it, and daily from then on", async () => {
  const world = await makeActive();
  const { record } = world.record;
  assert.equal([record?.state, record?.reason, record?.message], ["active", null, null]);
  assert.equal(record?.next_check_at, addSeconds(world.now, DAY));
  assert.is(world.tenant.record?.spec.requested_by.name, REQUESTER.name);
});

test("gone and back: the site leaves it and gets it again", async () => {
  const world = await makeActive();
  world.dns = { ...world.dns, address: ABSENT };
  world.now = addSeconds(world.now, DAY);
  await reconcileDomain(SHOP, world.ports);
  assert.is(world.record.record?.state, "active", "one look is not enough");
  world.now = addSeconds(world.now, 3600);
  await untilQuiet(world);
  assert.is(world.record.record?.state, "degraded");
  assert.equal(world.tenant.record?.status.site?.domains, []);
  world.dns = { ...world.dns, address: { is: "found" } };
  world.now = addSeconds(world.now, DAY);
  await untilQuiet(world);
  assert.is(world.record.record?.state, "active");
  assert.equal(world.tenant.record?.status.site?.domains, [SHOP]);
});

test("a domain that goes leaves nothing, and its record only when its site has left it", async () => {
  const world = await makeActive();
  askToGo(world);
  await reconcileDomain(SHOP, world.ports);
  assert.ok(world.certificate.entry, "the site has it still");
  assert.equal(world.tenant.record?.spec.domains, []);
  await untilQuiet(world);
  assert.equal([world.record.record, world.certificate], [null, NOTHING]);
});

test("one whose tenant is deleted waits until that is gone, and then goes", async () => {
  const world = await makeActive();
  deleteTenant(world);
  await reconcileDomain(SHOP, world.ports);
  assert.is(world.record.record?.reason, "WaitingForTenant");
  assert.ok(world.certificate.entry);
  world.tenant.set(null);
  await reconcileDomain(SHOP, world.ports);
  assert.equal([world.record.record, world.certificate], [null, NOTHING]);
});

test("one that was given up is not looked at any more, but taken apart with its tenant", async () => {
  const world = start();
  world.dns = { token: ABSENT, address: ABSENT, authorization: ABSENT };
  world.now = addSeconds(NOW, 14 * DAY);
  await reconcileDomain(SHOP, world.ports);
  const { record } = world.record;
  assert.equal([record?.state, record?.reason], ["pending_dns", "GivenUp"]);
  assert.is(record?.next_check_at, null);
  world.tenant.set(null);
  await reconcileDomain(SHOP, world.ports);
  assert.equal([world.record.record, world.certificate], [null, NOTHING]);
});

test("the DNS is not asked for a domain that is to go", async () => {
  const world = await makeActive();
  askToGo(world);
  const lookUp = () => Promise.reject(new Error("nobody asks"));
  await reconcileDomain(SHOP, { ...world.ports, lookUp });
});

test("a check that is due is put off before anything outside is touched", async () => {
  const world = await makeActive();
  world.now = addSeconds(world.now, DAY);
  const lookUp = () => Promise.reject(new Error("away"));
  await reconcileDomain(SHOP, { ...world.ports, lookUp }).catch(() => {});
  assert.equal(world.record.record?.next_check_at, addSeconds(world.now, 120));
});

class Killed extends Error {}

type Calls = Record<string, (...given: unknown[]) => unknown>;

/** The same ports, of which the n-th call is the last: killed before it, or when it has had its effect. */
function killedAt(ports: DomainPorts, last: number, when: "before" | "after") {
  let calls = 0;
  const watched = Object.entries(ports as unknown as Calls).map(([name, call]) => [
    name,
    name === "now" || name === "decided"
      ? call
      : async (...given: unknown[]) => {
          calls += 1;
          if (calls === last && when === "before") throw new Killed();
          const result: unknown = await call(...given);
          if (calls === last) throw new Killed();
          return result;
        },
  ]);
  return Object.fromEntries(watched) as DomainPorts;
}

/** What somebody wants of a world, and how it looks when that is done. */
const ways: [
  name: string,
  begin: () => Promise<DomainWorld>,
  isDone: (world: DomainWorld) => boolean,
][] = [
  ["a new domain", async () => start(), hasIt],
  [
    "a domain that is to go",
    async () => {
      const world = await makeActive();
      askToGo(world);
      return world;
    },
    isGone,
  ],
  [
    "the domain of a tenant that is gone",
    async () => {
      const world = await makeActive();
      world.tenant.set(null);
      return world;
    },
    isGone,
  ],
  [
    "a domain that is degraded and has lost its certificate",
    async () => {
      const world = await makeActive();
      world.certificate = { ...world.certificate, entry: null, certificate: null };
      world.now = addSeconds(world.now, DAY);
      return world;
    },
    hasIt,
  ],
];

function hasIt({ record, tenant, certificate }: DomainWorld): boolean {
  const isServed = certificate.entry?.isActive === true;
  const { site } = tenant.record?.status ?? {};
  return record.record?.state === "active" && isServed && site?.domains.includes(SHOP) === true;
}

function isGone({ record, tenant, certificate }: DomainWorld): boolean {
  const isFree = record.record === null && JSON.stringify(certificate) === JSON.stringify(NOTHING);
  return isFree && tenant.record?.status.site?.domains.includes(SHOP) !== true;
}

for (const [name, begin, isDone] of ways) {
  test(`${name}: killed before or after any call, it is finished by the next`, async () => {
    let kills = 0;
    for (const when of ["before", "after"] as const) {
      for (let last = 1; ; last++) {
        const world = await begin();
        const error: unknown = await reconcileDomain(SHOP, killedAt(world.ports, last, when)).catch(
          (thrown: unknown) => thrown,
        );
        if (error !== undefined) assert.instance(error, Killed, (error as Error).message);
        const { record } = world.record;
        assert.ok(
          record === null || record.next_check_at !== null,
          `${when} call ${last}: forgotten`,
        );
        await untilQuiet(world);
        assert.ok(isDone(world), `${when} call ${last}: ${JSON.stringify(world.record.record)}`);
        if (error === undefined) break;
        kills += 1;
      }
    }
    assert.ok(kills > 10, `${kills} kills`);
  });

  test(`${name}: with another reconcile between any two calls, it comes to the same`, async () => {
    for (let at = 1; ; at++) {
      const world = await begin();
      let calls = 0;
      const ports = Object.entries(world.ports as unknown as Calls).map(([port, call]) => [
        port,
        port === "now" || port === "decided"
          ? call
          : async (...given: unknown[]) => {
              calls += 1;
              if (calls === at) await reconcileDomain(SHOP, world.ports);
              return call(...given);
            },
      ]);
      await reconcileDomain(SHOP, Object.fromEntries(ports) as DomainPorts).catch(() => {});
      await untilQuiet(world);
      assert.ok(isDone(world), `before call ${at}: ${JSON.stringify(world.record.record)}`);
      if (calls < at) break;
    }
  });
}

test("after a failed certificate there is none for an hour, wherever it was killed", async () => {
  for (const when of ["before", "after"] as const) {
    for (let last = 1; ; last++) {
      const world = start();
      const isIssuing = () => world.record.record?.state === "issuing";
      while (!isIssuing())
        await reconcileDomain(SHOP, killedAt(world.ports, 9, "after")).catch(() => {});
      world.certificate = { ...world.certificate, certificate: { state: "failed", issue: "no" } };
      const ports = killedAt(world.ports, last, when);
      const error: unknown = await reconcileDomain(SHOP, ports).catch((thrown: unknown) => thrown);
      await reconcileDomain(SHOP, world.ports);
      await reconcileDomain(SHOP, world.ports);
      const state = world.certificate.certificate?.state;
      assert.is.not(state, "active", `${when} call ${last}: it was asked for again at once`);
      world.now = addSeconds(world.now, 3700);
      await untilQuiet(world);
      assert.ok(hasIt(world), `${when} call ${last}`);
      if (error === undefined) break;
    }
  }
});

test.run();
