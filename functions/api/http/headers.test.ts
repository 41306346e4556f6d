import { suite } from "uvu";
import * as assert from "uvu/assert";
import { corsHeaders, requestId } from "./headers.ts";

const test = suite("headers");

const ORIGIN = "https://app.example.com";

test("any origin is allowed where the setting says so", () => {
  assert.is(corsHeaders({ origin: ORIGIN }, ["*"])["Access-Control-Allow-Origin"], "*");
});

test("a listed origin is allowed by name", () => {
  assert.is(corsHeaders({ origin: ORIGIN }, [ORIGIN])["Access-Control-Allow-Origin"], ORIGIN);
});

test("another origin gets no permission, and caches learn that it depends on the origin", () => {
  assert.equal(corsHeaders({ origin: "https://evil.example" }, [ORIGIN]), { Vary: "Origin" });
});

test("where the origin counts, caches learn so from every answer", () => {
  assert.equal(corsHeaders({}, [ORIGIN]), { Vary: "Origin" });
});

test("a request without an origin gets no such headers", () => {
  assert.equal(corsHeaders({}, ["*"]), {});
});

test("a page may send whatever headers it wants", () => {
  const wanted = "authorization,tracestate";
  const headers = { origin: ORIGIN, "access-control-request-headers": wanted };
  assert.is(corsHeaders(headers, ["*"])["Access-Control-Allow-Headers"], wanted);
});

test("cookies are never allowed", () => {
  assert.is(
    corsHeaders({ origin: ORIGIN }, [ORIGIN])["Access-Control-Allow-Credentials"],
    undefined,
  );
});

test("a sane request id is kept", () => {
  assert.is(requestId("abc-123"), "abc-123");
});

for (const given of [undefined, "", "two words", "x".repeat(129), "ä", ["a", "b"], "a\r\nb"]) {
  test(`in place of the request id ${JSON.stringify(given)?.slice(0, 20)} one is made`, () => {
    assert.match(requestId(given), /^[0-9a-f-]{36}$/);
  });
}

test.run();
