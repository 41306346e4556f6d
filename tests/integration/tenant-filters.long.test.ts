/**
 * Lists of tenants by every filter and in every order, on the official Firestore emulator, held against what a plain reading of
 * all records says.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ListRequest, NamedPosition } from "../../shared/firestore/store.ts";
import { TENANT_ORDERS } from "../../shared/tenant/list-orders.ts";
import type { TenantOrder } from "../../shared/tenant/list-orders.ts";
import { addSeconds, benchOf } from "../../shared/tenant/tenant.ts";
import type { Phase, Tenant } from "../../shared/tenant/tenant.ts";
import { parserOf } from "../../shared/platform/schema-parser.ts";
import { subdomainSchema } from "../../shared/tenant/field-schemas.ts";
import { storeManyTenants } from "../testkit/many-tenants.ts";
import { siteAt } from "../testkit/some-site.ts";
import { failedStandby, readyStandby, storeStandbys } from "../testkit/some-standby.ts";
import { NOW, tenantNamed, useStore } from "../testkit/stored-tenants.ts";
import { withParts } from "../testkit/tenant-parts.ts";

const test = suite("lists by filters and orders");

const it = useStore(test);

const parseSubdomain = parserOf(subdomainSchema);

const at = (second: number) => addSeconds(NOW, second);

const PHASES: Phase[] = ["active", "failed", "deleted", "queued"];
const NAMES = ["acme", "ac", "acme-2", "acmf", "b", "zz", "acm", "a-z", "acme2", "0acme"];

/** One with each phase, state, bench, e-mail, and whether there is a site, in no order; several are made at the same time. */
function someTenants(): Tenant[] {
  return Array.from({ length: 60 }, (_, k) => {
    const site = siteAt("x", { bench: k % 4 === 0 ? "old" : "new" });
    return withParts(
      tenantNamed(k < 10 ? (NAMES[k] ?? "") : `ac${(k * 37) % 61}-t`, at((k * 7) % 20)),
      {
        profile: { email: k % 3 === 0 ? "one@acme.example" : "two@acme.example" },
        spec: { state: k % 5 === 0 ? "suspended" : "present", bench: k % 2 === 0 ? "old" : "new" },
        status: { phase: PHASES[(k * 3) % 4] ?? "active", site: k % 3 === 1 ? null : site },
      },
    );
  });
}

/** What is no customer's, made in between. */
const someStandbys = (): Tenant[] => [
  readyStandby(at(3)),
  readyStandby(at(9), { spec: { bench: "old" } }),
  failedStandby(at(19)),
  readyStandby(at(6), { spec: { state: "absent" }, status: { phase: "deleting" } }),
];

async function store(): Promise<Tenant[]> {
  const all = [...someTenants(), ...someStandbys()];
  await storeStandbys(it.client, all);
  return all;
}

type Wanted = Omit<ListRequest, "limit" | "from"> & { order: TenantOrder };

/** The list as it is meant. */
function expected(all: Tenant[], { filter, order, showDeleted = false }: Wanted): string[] {
  const { phase, email, state, bench, prefix = "", createdFrom, createdBefore } = filter;
  const passing = all.filter(
    (tenant) =>
      tenant.spec.subdomain !== null &&
      (showDeleted || tenant.status.phase !== "deleted") &&
      (phase === undefined || tenant.status.phase === phase) &&
      (email === undefined || tenant.profile.email === email) &&
      (state === undefined || tenant.spec.state === state) &&
      (bench === undefined || benchOf(tenant) === bench) &&
      tenant.spec.subdomain.startsWith(prefix) &&
      (createdFrom === undefined || tenant.created_at >= createdFrom) &&
      (createdBefore === undefined || tenant.created_at < createdBefore),
  );
  const place = ({ created_at, spec, id }: Tenant) => {
    if (order === "subdomain") return spec.subdomain ?? "";
    return [created_at.toISOString(), prefix === "" ? "" : spec.subdomain, id].join(" ");
  };
  const ordered = passing.toSorted((one, other) => (place(one) < place(other) ? -1 : 1));
  return (order === "-created_at" ? ordered.toReversed() : ordered).map(({ id }) => id);
}

/** What is on each page. Between two of them something may happen. */
async function pagesOf(wanted: Wanted, limit: number, between = async () => {}) {
  const pages: string[][] = [];
  const totals: number[] = [];
  let after: NamedPosition | null = null;
  do {
    const from: ListRequest["from"] = after === null ? { skip: 0 } : { after };
    const page = await it.store.listTenants({ ...wanted, limit, from });
    pages.push(page.tenants.map(({ id }) => id));
    totals.push(page.total);
    after = page.next;
    await between();
  } while (after !== null);
  return { pages, totals };
}

const CHOICES = {
  phase: [undefined, "active", "failed", "deleted"],
  email: [undefined, "one@acme.example"],
  state: [undefined, "present", "suspended"],
  bench: [undefined, "old", "new", "none"],
  prefix: [undefined, "ac", "acme", "acme-2"],
  createdFrom: [undefined, at(5)],
  createdBefore: [undefined, at(15)],
} as const;

/** Every 37th of all combinations, which have each choice together with each other one. */
function someFilters(): ListRequest["filter"][] {
  let filters: object[] = [{}];
  for (const [name, values] of Object.entries(CHOICES)) {
    filters = filters.flatMap((filter) =>
      values.map((value) => (value === undefined ? filter : { ...filter, [name]: value })),
    );
  }
  return filters.filter((_, k) => k % 37 === 0);
}

for (const order of TENANT_ORDERS) {
  test(`by any filters, pages in the order of ${order} have each once, and its total`, async () => {
    const all = await store();
    const found = await Promise.all(
      someFilters().map(async (filter, k) => {
        const wanted = { filter, order, showDeleted: k % 2 === 0 };
        const ids = expected(all, wanted);
        const { pages, totals } = await pagesOf(wanted, ids.length > 20 ? 17 : 1 + (k % 9));
        const said = JSON.stringify(wanted);
        assert.equal(pages.flat(), ids, said);
        assert.equal([...new Set(totals)], [ids.length], said);
        return ids.length;
      }),
    );
    assert.ok(found.filter((some) => some > 0).length > 10, "the filters let some through");
  });

  test(`in the order of ${order} each filter alone lets the right ones through`, async () => {
    const all = await store();
    for (const [name, values] of Object.entries(CHOICES)) {
      for (const value of values) {
        const wanted = { filter: value === undefined ? {} : { [name]: value }, order };
        const { pages } = await pagesOf(wanted, 100);
        assert.equal(pages.flat(), expected(all, wanted), JSON.stringify(wanted));
      }
    }
  });

  test(`whoever was there is seen once in the order of ${order}, whoever comes and goes meanwhile`, async () => {
    for (const filter of [{}, { prefix: "ac" }, { createdFrom: at(1), bench: "new" }]) {
      await it.emulatorEmpty();
      const all = await store();
      const before = expected(all, { filter, order });
      const gone = new Set<string>();
      let round = 0;
      const { pages } = await pagesOf({ filter, order }, 3, async () => {
        round += 1;
        const newcomers = [at(round), at(50 + round)].map((time, k) =>
          withParts(tenantNamed(`${["ac", "zz"][k]}${round}-new`, time), {
            spec: { bench: "new" },
            status: { phase: "active" },
          }),
        );
        await storeStandbys(it.client, newcomers);
        // The last of the page that was just read, and so the place where the next one begins.
        const last = before[3 * round - 1];
        if (last === undefined || round > 2) return;
        gone.add(last);
        await it.client.doc(`tenants/${last}`).delete();
      });
      const seen = pages.flat();
      assert.is(new Set(seen).size, seen.length, "nobody is seen twice");
      const known = new Set(before);
      assert.equal(
        seen.filter((id) => known.has(id) && !gone.has(id)),
        before.filter((id) => !gone.has(id)),
      );
    }
  });

  test(`a page in the order of ${order} takes a query and three counts, and reads what it shows`, async () => {
    await storeStandbys(
      it.client,
      Array.from({ length: 30 }, (_, k) =>
        withParts(tenantNamed(`acme-${k}`, at(k)), { status: { phase: "active" } }),
      ),
    );
    const filter = { prefix: "acme", createdFrom: at(1), bench: "main", state: "present" } as const;
    const { next } = await it.faulty.listTenants({ filter, order, limit: 5, from: { skip: 0 } });
    assert.ok(next);
    it.proxy.calls.length = 0;
    const page = await it.faulty.listTenants({ filter, order, limit: 5, from: { after: next } });
    assert.is(page.tenants.length, 5);
    const calls = it.proxy.calls.toSorted();
    assert.equal(calls.filter((call) => call === "RunQuery").length, 1);
    assert.ok(calls.length <= 4, calls.join(" "));
  });
}

test("many that are not shown in a row are read more and more at a time", async () => {
  const hidden = Array.from({ length: 300 }, (_, k) =>
    withParts(tenantNamed(`gone-${k}`, at(k)), { status: { phase: "deleted" } }),
  );
  const shown = tenantNamed("there", at(-1));
  await storeStandbys(it.client, [...hidden, shown]);
  const page = await it.faulty.listTenants({ filter: {}, limit: 1, from: { skip: 0 } });
  assert.equal(
    page.tenants.map(({ id }) => id),
    [shown.id],
  );
  assert.is(page.total, 1);
  assert.ok(it.proxy.calls.filter((call) => call === "RunQuery").length < 12);
});

const DAMAGES: [field: string, value: unknown][] = [
  ["created_at", "yesterday"],
  ["created_at", null],
  ["spec.subdomain", 7],
  ["spec.subdomain", { a: 1 }],
  ["spec.subdomain", "x".repeat(1400)],
  ["spec.bench", 7],
  ["status", "none"],
  ["profile", null],
];

for (const order of TENANT_ORDERS) {
  test(`damaged records break no page in the order of ${order}`, async () => {
    const sound = [1, 5, 9].map((second) => tenantNamed(`sound-${second}`, at(second)));
    const damaged = DAMAGES.map((_, k) => tenantNamed(`odd-${k}`, at(k)));
    await storeStandbys(it.client, [...sound, ...damaged]);
    for (const [k, [field, value]] of DAMAGES.entries()) {
      await it.client.doc(`tenants/${damaged[k]?.id}`).update({ [field]: value });
    }
    for (const filter of [{}, { prefix: "s" }, { createdFrom: at(0) }, { bench: "main" }]) {
      const all = await pagesOf({ filter, order }, 100);
      for (const limit of [1, 2, 5]) {
        const { pages, totals } = await pagesOf({ filter, order }, limit);
        assert.equal(pages.flat(), all.pages.flat());
        assert.equal([...new Set(totals)], [pages.flat().length]);
      }
      const ids = new Set(all.pages.flat());
      assert.ok(sound.every(({ id }) => ids.has(id)));
    }
    // Who has no time is in the list of all, the newest first, and nobody who has no name is in one by name.
    const { pages } = await pagesOf({ filter: {}, order }, 100);
    const missing = { "-created_at": 0, created_at: 2, subdomain: 2 };
    assert.is(pages.flat().length, sound.length + damaged.length - missing[order]);
  });
}

test("the standbys are filtered, and ordered by their age", async () => {
  const standbys = someStandbys().slice(0, 3);
  await storeStandbys(it.client, [...someTenants(), ...standbys]);
  const idsOf = async (order: TenantOrder, filter: ListRequest["filter"]) => {
    const { pages, totals } = await pagesOf({ filter: { ...filter, state: "standby" }, order }, 2);
    assert.equal([...new Set(totals)], [pages.flat().length]);
    return pages.flat().map((id) => standbys.findIndex((standby) => standby.id === id));
  };
  assert.equal(await idsOf("-created_at", {}), [2, 1, 0]);
  assert.equal(await idsOf("created_at", {}), [0, 1, 2]);
  assert.equal(await idsOf("subdomain", {}), [2, 1, 0]);
  assert.equal(await idsOf("created_at", { createdFrom: at(9) }), [1, 2]);
  assert.equal(await idsOf("created_at", { createdBefore: at(9) }), [0]);
  assert.equal(await idsOf("created_at", { bench: "main", phase: "active" }), [0, 1]);
  assert.equal(await idsOf("created_at", { bench: "old" }), []);
  assert.equal(await idsOf("created_at", { prefix: "a" }), []);
});

test("a thousand tenants of many kinds are sound, have names of their own, and are listed", async () => {
  await storeManyTenants(it.client, { count: 1000, now: NOW, benches: ["new", "old"] });
  const names = new Set<string | null>();
  for await (const { tenant, damaged } of it.store.tenants()) {
    assert.equal(damaged, [], tenant.id);
    assert.ok(parseSubdomain(tenant.spec.subdomain).ok, String(tenant.spec.subdomain));
    names.add(tenant.spec.subdomain);
  }
  assert.is(names.size, 1000);
  const total = async (filter: ListRequest["filter"], showDeleted = false) =>
    (await it.faulty.listTenants({ filter, showDeleted, limit: 1, from: { skip: 0 } })).total;
  assert.equal(await Promise.all([total({}), total({}, true)]), [975, 1000]);
  assert.is(await total({ bench: "old" }), 487);
  assert.is(await total({ state: "suspended" }), 50);
});

test("between two times of which the later comes first is nobody", async () => {
  await store();
  for (const createdBefore of [at(5), at(4)]) {
    const filter = { createdFrom: at(5), createdBefore };
    const page = await it.faulty.listTenants({ filter, limit: 5, from: { skip: 0 } });
    assert.equal(page, { tenants: [], total: 0, next: null });
  }
  assert.equal(it.proxy.calls, []);
});

test.run();
