/** Lists of tenants where a pool is on, on the official Firestore emulator: who is nobody's is in no list but its own. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ListRequest, NamedPosition } from "../../shared/firestore/store.ts";
import { addSeconds } from "../../shared/tenant/tenant.ts";
import type { Tenant } from "../../shared/tenant/tenant.ts";
import { failedStandby, readyStandby, storeStandbys } from "../testkit/some-standby.ts";
import { NOW, tenantNamed, useStore } from "../testkit/stored-tenants.ts";
import { withParts } from "../testkit/tenant-parts.ts";

const test = suite("lists beside a pool");

const it = useStore(test);

const at = (second: number) => addSeconds(NOW, second);

/** Seven tenants and four standbys in between, the newest of all a standby. */
async function store(): Promise<{ tenants: Tenant[]; standbys: Tenant[] }> {
  const tenants = [1, 2, 4, 5, 7, 8, 8].map((second, k) =>
    withParts(tenantNamed(`one-${k}`, at(second)), {
      status: { phase: k % 2 === 0 ? "active" : "failed" },
    }),
  );
  const standbys = [
    readyStandby(at(3)),
    readyStandby(at(6)),
    failedStandby(at(8)),
    readyStandby(at(9)),
  ];
  await storeStandbys(it.client, [...tenants, ...standbys]);
  return { tenants: newestFirst(tenants), standbys: newestFirst(standbys) };
}

const newestFirst = (tenants: Tenant[]) =>
  tenants.toSorted(
    (one, other) =>
      other.created_at.getTime() - one.created_at.getTime() || (one.id > other.id ? -1 : 1),
  );

const idsOf = (tenants: Tenant[]) => tenants.map(({ id }) => id);
const list = (wanted: Partial<ListRequest>) =>
  it.faulty.listTenants({ filter: {}, limit: 100, from: { skip: 0 }, ...wanted });

test("a page that holds all leaves the standbys out, and costs what it did without them", async () => {
  const { tenants } = await store();
  const { tenants: listed, total, next } = await list({});
  assert.equal(idsOf(listed), idsOf(tenants));
  assert.is(total, 7);
  assert.is(next, null);
  assert.equal(it.proxy.calls.toSorted(), ["RunAggregationQuery", "RunQuery"]);
});

for (const limit of [1, 2, 3, 6, 7, 8]) {
  test(`pages of ${limit} have every tenant once, and no standby`, async () => {
    const { tenants } = await store();
    const seen: string[] = [];
    let from: ListRequest["from"] = { skip: 0 };
    for (;;) {
      const { tenants: page, total, next } = await list({ limit, from });
      assert.is(total, 7);
      assert.ok(page.length === limit || next === null);
      seen.push(...idsOf(page));
      if (next === null) break;
      from = { after: next };
    }
    assert.equal(seen, idsOf(tenants));
  });
}

for (let skip = 0; skip <= 9; skip++) {
  test(`${skip} that are skipped are tenants, and no standbys`, async () => {
    const { tenants } = await store();
    const { tenants: page, total, next } = await list({ limit: 3, from: { skip } });
    assert.equal(idsOf(page), idsOf(tenants).slice(skip, skip + 3));
    assert.is(total, 7);
    assert.is(next === null, skip + 3 >= 7);
  });
}

test("the filters leave them out, too", async () => {
  const { tenants } = await store();
  const failed = tenants.filter(({ status }) => status.phase === "failed");
  const { tenants: listed, total } = await list({ filter: { phase: "failed" }, limit: 2 });
  assert.equal(idsOf(listed), idsOf(failed).slice(0, 2));
  assert.is(total, 3);
});

test("one that is being dropped is in no list, and so is the first of it that a customer has", async () => {
  const dropping = readyStandby(NOW, {
    spec: { state: "absent" },
    status: { phase: "deleting", standby_key: null },
  });
  const given = readyStandby(NOW, {
    spec: { state: "present", subdomain: "given", standby: null },
    status: { standby_key: null },
  });
  await storeStandbys(it.client, [dropping, given]);
  const { tenants, total } = await list({});
  assert.equal(idsOf(tenants), [given.id]);
  assert.is(total, 1);
});

/** Seven tenants, and among them four whose deletion can be taken back. */
async function storeDeleted(): Promise<{ tenants: Tenant[]; deleted: Tenant[] }> {
  const { tenants } = await store();
  const deleted = [0, 3, 8, 9].map((second, k) =>
    withParts(tenantNamed(`gone-${k}`, at(second)), { status: { phase: "deleted" } }),
  );
  await storeStandbys(it.client, deleted);
  return { tenants, deleted: newestFirst(deleted) };
}

for (const limit of [1, 3, 7, 100]) {
  test(`those that are deleted are in no page of ${limit}, unless they are asked for`, async () => {
    const { tenants, deleted } = await storeDeleted();
    for (const [showDeleted, expected] of [
      [false, tenants],
      [true, newestFirst([...tenants, ...deleted])],
    ] as const) {
      const seen: string[] = [];
      let from: ListRequest["from"] | null = { skip: 0 };
      while (from !== null) {
        const page = await list({ limit, from, showDeleted });
        assert.is(page.total, expected.length);
        seen.push(...idsOf(page.tenants));
        from = page.next === null ? null : { after: page.next };
      }
      assert.equal(seen, idsOf(expected));
    }
  });
}

test("those that are deleted are not skipped, and found by their status only where they are asked for", async () => {
  const { tenants, deleted } = await storeDeleted();
  for (const skip of [0, 1, 4, 6]) {
    const { tenants: page, total } = await list({ limit: 2, from: { skip } });
    assert.equal(idsOf(page), idsOf(tenants).slice(skip, skip + 2));
    assert.is(total, 7);
  }
  const filter = { phase: "deleted" } as const;
  assert.equal(await list({ filter }), { tenants: [], total: 0, next: null });
  const found = await list({ filter, showDeleted: true });
  assert.equal(idsOf(found.tenants), idsOf(deleted));
  assert.is(found.total, 4);
  assert.is((await list({ filter: { phase: "failed" }, limit: 2 })).total, 3);
});

test("those without a time come last, and are skipped as the others are", async () => {
  const { tenants } = await store();
  const odd = tenantNamed("odd");
  await storeStandbys(it.client, [odd]);
  await it.client.doc(`tenants/${odd.id}`).update({ created_at: "yesterday" });
  const { tenants: page, total } = await list({ limit: 3, from: { skip: 6 } });
  assert.equal(idsOf(page), [...idsOf(tenants).slice(6), odd.id]);
  assert.is(total, 8);
});

test("the standbys have a list of their own, page by page", async () => {
  const { standbys } = await store();
  const seen: string[] = [];
  let after: NamedPosition | null = null;
  do {
    const from: ListRequest["from"] = after === null ? { skip: 0 } : { after };
    const page = await list({ filter: { state: "standby" }, limit: 3, from });
    assert.is(page.total, 4);
    seen.push(...idsOf(page.tenants));
    after = page.next;
  } while (after !== null);
  assert.equal(seen, idsOf(standbys));
  const skipped = await list({ filter: { state: "standby" }, limit: 3, from: { skip: 3 } });
  assert.equal(idsOf(skipped.tenants), idsOf(standbys).slice(3));
  const failed = await list({ filter: { state: "standby", phase: "failed" } });
  assert.is(failed.total, 1);
});

test.run();
