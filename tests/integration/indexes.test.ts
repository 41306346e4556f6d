/**
 * `firestore.indexes.json` against the queries that the store really sends: every method is called
 * against the emulator, and what goes over the wire says which indexes it takes.
 */
import type { Firestore } from "@google-cloud/firestore";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { USED_SERVICES } from "../../scripts/build/used-messages.ts";
import { recordCommand } from "../../functions/api/tenants/record-command.ts";
import { recordCorrection } from "../../functions/api/tenants/record-correction.ts";
import { newDomain } from "../../shared/domains/domain.ts";
import { openStore } from "../../shared/firestore/store.ts";
import type { ListRequest, OperationListRequest, Store } from "../../shared/firestore/store.ts";
import { operationId } from "../../shared/tenant/operation-record.ts";
import { NEW_POOL } from "../../shared/reconciler/plan-pool.ts";
import { claimStandby } from "../../shared/tenant/standby.ts";
import { TENANT_ORDERS } from "../../shared/tenant/list-orders.ts";
import { addSeconds, newTenant, withBackup } from "../../shared/tenant/tenant.ts";
import { PROJECT_ID, startFirestore } from "../testkit/own-emulators.ts";
import { indexText, neededIndex, queriesIn, servingIndexes } from "./firestore-indexes.ts";
import type { AskedQuery } from "./firestore-indexes.ts";
import { startRestProxy } from "../testkit/rest-proxy.ts";
import { REQUESTER } from "../testkit/requester.ts";
import { askedRollout, ROLLOUT_ID } from "../testkit/some-rollout.ts";
import { MADE_WITH, readyStandby } from "../testkit/some-standby.ts";

const test = suite("the indexes");

interface IndexFile {
  indexes: {
    collectionGroup: string;
    queryScope: string;
    fields: { fieldPath: string; order: string }[];
  }[];
  fieldOverrides: { collectionGroup: string; fieldPath: string; ttl?: boolean; indexes: [] }[];
}

const readJson = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../${name}`, import.meta.url), "utf8"));
const { indexes, fieldOverrides } = readJson("firestore.indexes.json") as IndexFile;

const NOW = new Date("2026-11-24T12:00:00Z");
const TENANT_ID = randomUUID();
const OPERATION_ID = operationId(TENANT_ID, 1, 1);

/** What a store does of which every method is called. */
let seen: Awaited<ReturnType<typeof watchStore>>;

test.before(async () => {
  const it = await startFirestore();
  try {
    seen = await watchStore(it);
  } finally {
    await it.stop();
  }
});

async function watchStore({ host, client }: Awaited<ReturnType<typeof startFirestore>>) {
  const proxy = await startRestProxy(host);
  const store = openStore({ projectId: PROJECT_ID, emulatorHost: proxy.host });
  const called = new Set<string>();
  try {
    await callEveryMethod(noting(store, called));
    return {
      methods: Object.keys(store),
      called: [...called],
      queries: queriesIn(proxy.messages),
      rpcs: [...new Set(proxy.calls)].toSorted(),
      perishable: await collectionsWith("expires_at", client),
    };
  } finally {
    await store.close();
    proxy.stop();
  }
}

/** The collections that have a document with this field. */
async function collectionsWith(field: string, client: Firestore): Promise<string[]> {
  const snapshots = await Promise.all(
    (await client.listCollections()).map((collection) => collection.get()),
  );
  const documents = snapshots.flatMap(({ docs }) => docs);
  return documents.filter((one) => field in one.data()).map(({ ref }) => ref.parent.id);
}

/** The same store, which notes the methods that are called. */
function noting(store: Store, names: Set<string>): Store {
  const noted = Object.entries(store).map(([name, method]) => [
    name,
    (...args: never[]): unknown => {
      names.add(name);
      return (method as (...args: never[]) => unknown)(...args);
    },
  ]);
  return Object.fromEntries(noted) as Store;
}

async function callBackupMethods(store: Store, id: string): Promise<void> {
  await store.dueBackups(NOW, 10);
  await store.putOffBackup(id, NOW);
  await store.countPendingBackups();
  await store.backupsOfTenant(id);
  await store.readBackup(TENANT_ID);
  await store.readBackupForCommand(TENANT_ID, null);
  await store.discardBackup(TENANT_ID);
  await store.deleteBackup(TENANT_ID, null, null);
  await store.backupSalt(id, "5e".repeat(32));
  for await (const tenantId of store.tenantsWithKey()) await store.deleteBackupKey(tenantId);
  const stored = await store.readTenant(id);
  assert.ok(stored);
  const backup = {
    id: TENANT_ID,
    kind: "manual",
    requested_at: NOW,
    expires_at: NOW,
  } as const;
  await store.writeTenant(stored, { spec: withBackup({}, backup) });
}

async function callEveryMethod(store: Store): Promise<void> {
  const wanted = { organization: "Acme", subdomain: "acme", email: "a@acme.example" };
  const tenant = newTenant(
    { id: randomUUID(), commandId: randomUUID(), requestedBy: REQUESTER, ...wanted },
    NOW,
  );
  const { id } = tenant;
  const answer = { status: 201, headers: {}, body: {} };
  const stored = async () => {
    const found = await store.readTenant(id);
    assert.ok(found);
    return found;
  };
  await store.createTenant(tenant, { id: "r", hash: "h", now: NOW, answer });
  await recordCorrection(store, id, { organization: "Acme Ltd" }, NOW);
  await store.claimSlot(await stored(), 0, { updated_at: NOW });
  await store.writeTenant(await stored(), { status: { step: "start" } });
  await store.oldestUnsent(NOW, 10);
  for (const event of (await store.unsentEvents(id)).events) await store.deleteEvent(event);
  for (const slot of await store.readSlots()) await store.freeOrphanedSlot(slot);
  await store.queue(10);
  await store.dueTenants(NOW, 10);
  await callBackupMethods(store, id);
  await store.tenantsToPurge(NOW, 10);
  for (const lists of inTens(everyList())) {
    await Promise.all(lists.map((list) => store.listTenants(list)));
  }
  for (const list of everyOperationList()) await store.listOperations(list);
  await store.readOperation(OPERATION_ID);
  await store.operationSeconds("create");
  for await (const { tenant: found } of store.tenants()) assert.is(found.id, id);
  await store.showTenant(id);
  await store.readReservation("acme");
  for await (const reservation of store.reservations()) {
    await store.giveReservation(reservation, id);
    await store.deleteReservation(reservation);
  }

  await recordCommand(
    store,
    id,
    "delete",
    { commandId: randomUUID(), requestedBy: REQUESTER, now: NOW },
    null,
  );
  await store.endDeletion(tenant, (await stored()).version, NOW);
  await store.readDeletion(id);
  await store.deletionsEnded(NOW, NOW);
  await store.deletionsOpen(NOW);
  await callEveryMethodOfDomains(store);
  await callThePool(store);
  await store.countBench("main");
  await store.appsOfBench("main");
  await store.hasSite("main");
  await callEveryMethodOfRollouts(store);
  await callEveryMethodOfTheFleet(store);
  await store.recordHeartbeat(NOW);
  await store.readHeartbeat(10_000);
  await store.close();
}

async function callEveryMethodOfDomains(store: Store): Promise<void> {
  const asked = { domain: "a.com", tenantId: TENANT_ID, token: "t", commandId: "c" };
  await store.createDomain(newDomain({ ...asked, requestedBy: REQUESTER }, NOW), null);
  const basis = await store.readDomainForCommand("a.com", null);
  assert.ok(basis.outcome === "first-time" && basis.domain !== null);
  const update = { domain: basis.domain, changes: { message: "m" } };
  await store.writeDomainCommand({ update, request: null, expiredRequest: null });
  await store.showDomain("a.com");
  await store.domainsOfTenant(TENANT_ID);
  await store.dueDomains(NOW, 10);
  await store.putOffDomain("a.com", NOW);
  for await (const { domain } of store.domains()) assert.is(domain, "a.com");
  const stored = await store.readDomain("a.com");
  assert.ok(stored);
  const written = await store.writeDomain(stored, { next_check_at: NOW });
  assert.ok(written && (await store.deleteDomain(written)));
}

async function callEveryMethodOfRollouts(store: Store): Promise<void> {
  assert.is((await store.createRollout(askedRollout(NOW), null, NOW)).outcome, "created");
  const basis = await store.readRolloutForCommand(ROLLOUT_ID, null);
  assert.ok(basis.outcome === "first-time" && basis.rollout !== null);
  const update = { rollout: basis.rollout, changes: { message: "m" } };
  const turn = await store.readTurn();
  await store.writeRolloutCommand({ update, turn, request: null, expiredRequest: null }, NOW);
  await store.showRollout(ROLLOUT_ID);
  await store.dueRollouts(NOW, 10);
  const { next } = await store.listRollouts(1, null);
  await store.listRollouts(1, next ?? { createdAt: { seconds: 1, nanoseconds: 0 }, id: "x" });
  const stored = await store.readRollout(ROLLOUT_ID);
  assert.ok(stored && (await store.writeRollout(stored, { next_check_at: NOW })));
  await store.putOffRollout(ROLLOUT_ID, NOW);
  await store.readTenants([TENANT_ID]);
  for (const canariesOnly of [true, false]) {
    const range = { from: ["a", "b"], canariesOnly, after: "1", below: "2", limit: 10 };
    await store.rolloutCandidates(range);
  }
  await store.countInBenches(["a"]);
}

async function callEveryMethodOfTheFleet(store: Store): Promise<void> {
  await store.countFleet();
  await store.seeBackups();
  await store.failingTenants(1);
  await store.failedUpgrades(1);
  await store.openDeletions(NOW, 1);
  await store.degradedDomains(1);
  await store.pausedRollouts(1);
  await store.oldestOperations("running", 1);
  await store.showTenants([TENANT_ID]);
  await store.beginGarbageCollection(NOW);
  const run = { finished_at: NOW, findings_total: 0, findings: [], failed: [] };
  await store.endGarbageCollection(run);
  await store.readGarbageCollection();
}

async function callThePool(store: Store): Promise<void> {
  const standby = readyStandby(NOW);
  await store.writePool(await store.readPool(), NEW_POOL, [standby], NOW);
  await store.readStandbys(10);
  await store.countPool(MADE_WITH);
  const found = await store.findStandby(MADE_WITH, randomUUID(), 10_000);
  assert.ok(found);
  const [subdomain, commandId] = ["given", randomUUID()];
  const asked = { organization: "Acme", subdomain, email: "a@acme.example", commandId };
  const changes = claimStandby(found.record, { ...asked, requestedBy: REQUESTER }, NOW);
  const gift = { standby: found, changes, subdomain, commandId };
  await store.giveStandby({ ...gift, request: null, expiredRequest: null });
}

const PLACE = {
  createdAt: { seconds: Math.floor(NOW.getTime() / 1000), nanoseconds: 0 },
  id: "x",
  subdomain: "acme",
};

/** A value for every filter by which a list has what is equal. */
const FILTERS = {
  phase: "active",
  email: "a@acme.example",
  state: "present",
  bench: "main",
} as const satisfies ListRequest["filter"];

const RANGES: ListRequest["filter"][] = [
  {},
  { prefix: "a" },
  { createdFrom: NOW },
  { prefix: "a", createdFrom: NOW, createdBefore: addSeconds(NOW, 1) },
];

/**
 * Each way to ask for a list: by no filter, by one, and by all, since what serves all of them serves also some of them; with
 * every combination of ranges, in every order, from both kinds of places.
 */
function everyList(): ListRequest[] {
  const { phase, email, state, bench } = FILTERS;
  const filters = [{}, { phase }, { email }, { state }, { bench }, { phase, email }, FILTERS];
  const rest = { limit: 10, from: { after: PLACE } };
  return [
    ...filters
      .flatMap((filter) => RANGES.map((range) => ({ ...filter, ...range })))
      .flatMap((filter) => TENANT_ORDERS.map((order) => ({ filter, order, ...rest }))),
    ...[{}, { phase }, { email }, { phase, email }].map((filter) => ({
      filter,
      limit: 10,
      from: { skip: 1 },
    })),
    { filter: { phase, bench, state: "standby" }, ...rest },
  ];
}

const inTens = <T>(all: T[]): T[][] =>
  Array.from({ length: Math.ceil(all.length / 10) }, (_, k) => all.slice(10 * k, 10 * k + 10));

/** The history of a tenant, and of all with every combination of filters: each from the start and from a place on. */
function everyOperationList(): OperationListRequest[] {
  const filters: OperationListRequest["filter"][] = [
    { tenant_id: TENANT_ID },
    {},
    { state: "failed" },
    { kind: "create" },
    { kind: "create", state: "failed" },
  ];
  const after = { createdAt: { seconds: 1_700_000_000, nanoseconds: 0 }, id: OPERATION_ID };
  const places = [
    { since: null, after: null },
    { since: NOW, after },
  ];
  return filters.flatMap((filter) => places.map((place) => ({ filter, limit: 10, ...place })));
}

/** One each, in an order that does not matter. */
const setOf = (texts: (string | null)[]) =>
  [...new Set(texts.filter((text) => text !== null))].toSorted();

test("every method of the store was called", () => {
  assert.equal(seen.called.toSorted(), seen.methods.toSorted());
});

test("the build keeps the messages of the calls that are made, and of no others", () => {
  const firestore = USED_SERVICES.find(({ service }) => service.endsWith(".Firestore"));
  assert.equal(seen.rpcs, firestore?.methods);
});

test("there is an index for every query that needs one, and none that no query needs", () => {
  const declared = indexes.map(({ collectionGroup, fields }) =>
    indexText(
      collectionGroup,
      fields.map(({ fieldPath, order }) => [fieldPath, order]),
    ),
  );
  const all = new Set(declared);
  const used = new Set<string>();
  for (const asked of seen.queries) {
    const serving = servingIndexes(asked, all);
    assert.ok(
      serving.length > 0 || neededIndex(asked) === null,
      `${neededIndex(asked)} is missing`,
    );
    for (const index of serving) used.add(index);
  }
  assert.equal(declared.toSorted(), [...used].toSorted());
  assert.ok(indexes.every(({ queryScope }) => queryScope === "COLLECTION"));
});

test("no query needs an index of a field that is exempt from indexing", () => {
  const used = new Set(
    seen.queries.flatMap(({ collection, equalities, ranges, orders }) => {
      const fields = [...equalities, ...ranges, ...orders.map(([field]) => field)];
      return fields.map((field) => `${collection}.${field}`);
    }),
  );
  assert.ok(used.has("deletions.completed_at"));
  for (const { collectionGroup, fieldPath, indexes: own } of fieldOverrides) {
    assert.equal(own, []);
    assert.not(used.has(`${collectionGroup}.${fieldPath}`), `${collectionGroup}.${fieldPath}`);
  }
});

test("Firestore removes what says when it is to be removed, and nothing else", () => {
  const removed = fieldOverrides.filter(({ ttl }) => ttl === true);
  assert.ok(removed.every(({ fieldPath }) => fieldPath === "expires_at"));
  assert.equal(
    setOf(removed.map(({ collectionGroup }) => collectionGroup)),
    setOf(seen.perishable),
  );
});

test("firebase.json names the file of the indexes", () => {
  const { firestore } = readJson("firebase.json") as { firestore: Record<string, string> };
  assert.is(firestore["indexes"], "firestore.indexes.json");
});

const query = (more: Partial<AskedQuery>): AskedQuery => ({
  collection: "c",
  equalities: [],
  ranges: [],
  orders: [],
  ...more,
});
for (const [what, asked, needed] of [
  ["everything", query({}), null],
  ["one equality", query({ equalities: ["a"] }), null],
  ["equalities alone", query({ equalities: ["a", "b"] }), null],
  ["a range", query({ ranges: ["a"] }), null],
  ["a range in its own order", query({ ranges: ["a"], orders: [["a", "DESCENDING"]] }), null],
  ["an order", query({ orders: [["a", "DESCENDING"]] }), null],
  [
    "an equality in its own order",
    query({ equalities: ["a"], orders: [["a", "DESCENDING"]] }),
    null,
  ],
  ["ids in ascending order", query({ orders: [["__name__", "ASCENDING"]] }), null],
  [
    "an order with ids in the same direction",
    query({
      orders: [
        ["a", "DESCENDING"],
        ["__name__", "DESCENDING"],
      ],
    }),
    null,
  ],
  [
    "an order with ids in the other direction",
    query({
      orders: [
        ["a", "DESCENDING"],
        ["__name__", "ASCENDING"],
      ],
    }),
    "c: a DESCENDING, __name__ ASCENDING",
  ],
  [
    "equalities and an order",
    query({ equalities: ["a", "b"], orders: [["c", "DESCENDING"]] }),
    "c: a ASCENDING, b ASCENDING, c DESCENDING",
  ],
  [
    "an equality and a range",
    query({ equalities: ["a"], ranges: ["b"] }),
    "c: a ASCENDING, b ASCENDING",
  ],
  [
    "a range of one field in the order of another",
    query({ ranges: ["b"], orders: [["a", "DESCENDING"]] }),
    "c: a DESCENDING, b DESCENDING",
  ],
] as [string, AskedQuery, string | null][]) {
  test(`a query of ${what} needs ${needed ?? "no composite index"}`, () => {
    assert.is(neededIndex(asked), needed);
  });
}

for (const [there, serving] of [
  [["a c d"], ["a c d"]],
  [
    ["a d", "c d"],
    ["a d", "c d"],
  ],
  [["a d", "b d", "c e"], []],
  [["a d", "c d e"], []],
  [["a d"], []],
] as const) {
  const texts = (some: readonly string[]) =>
    some.map((fields) =>
      indexText(
        "c",
        fields.split(" ").map((field) => [field, "ASCENDING"]),
      ),
    );
  test(`of the indexes ${there.join(", ")} a query of a and c in the order of d has ${serving.length}`, () => {
    const asked = query({ equalities: ["a", "c"], orders: [["d", "ASCENDING"]] });
    assert.equal(servingIndexes(asked, new Set(texts(there))), texts(serving));
  });
}

test.run();
