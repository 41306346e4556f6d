import { suite } from "uvu";
import * as assert from "uvu/assert";
import { corsHeaders } from "./cors.ts";

const test = suite("CORS");

const ORIGIN = "https://app.example.com";

test("any origin is allowed where the setting says so", () => {
  assert.is(corsHeaders(ORIGIN, ["*"])["Access-Control-Allow-Origin"], "*");
});

test("a listed origin is allowed by name", () => {
  assert.is(corsHeaders(ORIGIN, [ORIGIN])["Access-Control-Allow-Origin"], ORIGIN);
});

test("another origin gets no permission, and caches learn that it depends on the origin", () => {
  assert.equal(corsHeaders("https://evil.example", [ORIGIN]), { Vary: "Origin" });
});

test("a request without an origin gets no such headers", () => {
  assert.equal(corsHeaders(undefined, ["*"]), {});
});

test("cookies are never allowed", () => {
  assert.is(corsHeaders(ORIGIN, [ORIGIN])["Access-Control-Allow-Credentials"], undefined);
});

test.run();
