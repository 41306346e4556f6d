import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseRoute, tenantHash, tenantsHash, toHash } from "./route.ts";
import type { Route } from "./route.ts";

const test = suite("the console's addresses");

type Known = Exclude<Route, { page: "nothing" }>;

const ROUTES: [string, Known][] = [
  ["#/", { page: "fleet" }],
  ["#/tenants", { page: "tenants", filters: {}, pageToken: null }],
  [
    "#/tenants?q=acme&status=failed&page_token=abc",
    { page: "tenants", filters: { q: "acme", status: "failed" }, pageToken: "abc" },
  ],
  [
    "#/tenants?email=a%2Bb%40c.example",
    { page: "tenants", filters: { email: "a+b@c.example" }, pageToken: null },
  ],
  ["#/tenants/1", { page: "tenant", id: "1", operation: null }],
  ["#/tenants/1/operations/1.2.3", { page: "tenant", id: "1", operation: "1.2.3" }],
  ["#/rollouts", { page: "rollouts" }],
  ["#/rollouts/1", { page: "rollout", id: "1" }],
  ["#/benches", { page: "benches" }],
  ["#/pool", { page: "pool" }],
  ["#/garbage-collection", { page: "garbage-collection" }],
];

for (const [hash, route] of ROUTES) {
  test(`${hash} is a page, and its address`, () => {
    assert.equal(parseRoute(hash), route);
    assert.is(toHash(route), hash);
  });
}

for (const hash of ["", "#", "/"]) {
  test(`"${hash}" is the first page`, () => {
    assert.equal(parseRoute(hash), { page: "fleet" });
  });
}

for (const hash of ["#/nonsense", "#/tenants/1/2", "#/tenants/1/operations/2/3", "#/pool/1"]) {
  test(`${hash} is none`, () => {
    assert.equal(parseRoute(hash), { page: "nothing" });
  });
}

test("an id is one part of an address, whatever is in it", () => {
  const id = "a/b?c#d%";
  assert.equal(parseRoute(tenantHash(id)), { page: "tenant", id, operation: null });
});

test("what is no filter is no part of the filters, and what is empty neither", () => {
  const { filters } = parseRoute("#/tenants?limit=1000&q=&bench=b") as { filters: object };
  assert.equal(filters, { bench: "b" });
});

test("an address that cannot be decoded is taken as it is", () => {
  assert.equal(parseRoute("#/tenants/%"), { page: "tenant", id: "%", operation: null });
});

test("a link to filtered tenants has the filters alone", () => {
  assert.is(tenantsHash({ status: "failed" }), "#/tenants?status=failed");
});

test.run();
