import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  ageOf,
  daysAgo,
  readSearch,
  searchOf,
  toListParameters,
  withFilter,
  withSearch,
} from "./list-request.ts";

const test = suite("what the list of tenants is asked for");

const NOW = new Date("2026-01-31T12:00:30Z");

test("the filters are the API's parameters, with the page", () => {
  const filters = {
    q: "a",
    bench: "b",
    created_after: "2026-01-01T00:00:00Z",
    order_by: "subdomain",
  };
  assert.equal(toListParameters(filters, { limit: 50, pageToken: "t" }), {
    q: "a",
    bench: "b",
    createdAfter: "2026-01-01T00:00:00Z",
    createdBefore: undefined,
    orderBy: "subdomain",
    limit: 50,
    pageToken: "t",
  });
});

test("deleted tenants are asked for where they are what is looked for", () => {
  const asked = (status: string) => toListParameters({ status }, { limit: 1, pageToken: null });
  assert.is(asked("deleted").showDeleted, true);
  assert.is(asked("active").showDeleted, undefined);
});

const SEARCHES: [string, ReturnType<typeof readSearch>][] = [
  [" Acme ", { by: "q", value: "acme" }],
  ["A@b.example", { by: "email", value: "A@b.example" }],
  [
    "B04CE11D-4c85-4bc4-8ee6-d3e02038fda4",
    { by: "id", id: "b04ce11d-4c85-4bc4-8ee6-d3e02038fda4" },
  ],
  ["", { by: "q", value: "" }],
];
for (const [text, search] of SEARCHES) {
  test(`"${text}" is looked for by ${search.by}`, () => assert.equal(readSearch(text), search));
}

test("another search takes the place of the one before, and leaves the other filters", () => {
  assert.equal(withSearch({ q: "a", status: "failed" }, "x@y.example"), {
    status: "failed",
    email: "x@y.example",
  });
  assert.equal(withSearch({ email: "x@y.example" }, ""), {});
  assert.is(searchOf({ email: "x@y.example" }), "x@y.example");
  assert.is(searchOf({}), "");
});

test("a filter that is emptied is gone", () => {
  assert.equal(withFilter({ q: "a", bench: "b" }, "bench", ""), { q: "a" });
});

test("an age is found again in its link, also a while later", () => {
  const later = new Date(NOW.getTime() + 3_600_000);
  for (const days of [1, 7, 30, 365]) {
    assert.is(ageOf({ created_after: daysAgo(days, NOW) }, later), days);
  }
  assert.is(ageOf({}, NOW), null);
});

test("within a minute the same choice makes the same link", () => {
  assert.is(daysAgo(1, NOW), "2026-01-30T12:00:00.000Z");
});

test.run();
