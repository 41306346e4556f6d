import { suite } from "uvu";
import * as assert from "uvu/assert";
import { identify } from "./request-identity.ts";

const test = suite("idempotency");

const REQUEST = { endpoint: "createTenant", tenantId: null, body: { a: "1", b: "2" } };
const first = identify("caller", "key", REQUEST);

test("the same request is the same, in whatever order its fields come", () => {
  assert.equal(identify("caller", "key", { ...REQUEST, body: { b: "2", a: "1" } }), first);
});

test("a key belongs to its caller", () => {
  assert.is.not(identify("other", "key", REQUEST).id, first.id);
  assert.is.not(identify("call", "erkey", REQUEST).id, first.id);
});

const others: [what: string, request: Parameters<typeof identify>[2]][] = [
  ["endpoint", { ...REQUEST, endpoint: "retryTenant" }],
  ["tenant", { ...REQUEST, tenantId: "7" }],
  ["query", { ...REQUEST, query: { purge: true } }],
  ["body", { ...REQUEST, body: { a: "1", b: "3" } }],
];
for (const [what, request] of others) {
  test(`another ${what} under the same key is told apart`, () => {
    const other = identify("caller", "key", request);
    assert.is(other.id, first.id);
    assert.is.not(other.hash, first.hash);
  });
}

test("the same body of another request has another hash, so that nobody can guess at it", () => {
  assert.is.not(identify("caller", "key2", REQUEST).hash, first.hash);
});

test.run();
