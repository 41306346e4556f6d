import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ENDPOINTS } from "../endpoints.ts";
import { createRouter } from "./routes.ts";

const test = suite("routes");

const matchRoute = createRouter(ENDPOINTS);

const found: [
  method: string,
  path: string,
  endpoint: string,
  parameters: Record<string, string>,
][] = [
  ["GET", "/", "readService", {}],
  ["GET", "/health", "readHealth", {}],
  ["HEAD", "/health", "readHealth", {}],
  ["POST", "/tenants", "createTenant", {}],
  ["GET", "/tenants/", "listTenants", {}],
  ["GET", "/tenants/7", "readTenant", { id: "7" }],
  ["PATCH", "/tenants/7", "changeTenant", { id: "7" }],
  ["DELETE", "/tenants/7", "deleteTenant", { id: "7" }],
  ["GET", "/tenants/7/status", "readTenantStatus", { id: "7" }],
  ["POST", "/tenants/7/retry", "retryTenant", { id: "7" }],
  ["POST", "/tenants/7/suspend", "suspendTenant", { id: "7" }],
  ["POST", "/tenants/7/resume", "resumeTenant", { id: "7" }],
  ["GET", "/tenants/7/operations", "listTenantOperations", { id: "7" }],
  ["GET", "/tenants/7/operations/7.1.2", "readOperation", { id: "7", op: "7.1.2" }],
  ["GET", "/operations", "listOperations", {}],
];
for (const [method, path, endpoint, parameters] of found) {
  test(`${method} ${path} is ${endpoint}`, () => {
    const match = matchRoute(method, path);
    assert.is(match.found, "endpoint");
    if (match.found === "endpoint") {
      assert.equal([match.endpoint, match.parameters], [endpoint, parameters]);
    }
  });
}

for (const path of ["/openapi.json", "/docs", "/docs/", "/docs/x.js", "/redoc", "/redoc/x/y.js"]) {
  test(`${path} is documentation, and can only be read`, () => {
    assert.equal(matchRoute("GET", path), { found: "documentation", path });
    assert.equal(matchRoute("HEAD", path), { found: "documentation", path });
    assert.equal(matchRoute("POST", path), {
      found: "path-only",
      allow: ["GET", "HEAD", "OPTIONS"],
    });
  });
}

for (const path of ["/console", "/console/", "/console/x.js"]) {
  test(`${path} is the console, and can only be read`, () => {
    assert.equal(matchRoute("GET", path), { found: "console" });
    assert.equal(matchRoute("HEAD", path), { found: "console" });
    assert.is(matchRoute("DELETE", path).found, "path-only");
  });
}

test("a path with another method says which ones it knows", () => {
  assert.equal(matchRoute("PUT", "/tenants/7"), {
    found: "path-only",
    allow: ["GET", "PATCH", "DELETE", "HEAD", "OPTIONS"],
  });
  assert.equal(matchRoute("GET", "/tenants/7/suspend"), {
    found: "path-only",
    allow: ["POST", "OPTIONS"],
  });
});

for (const path of [
  "/tenant",
  "/tenants/7/8",
  "/docsx",
  "/consoles",
  "/openapi.json/x",
  "/tenants/7/status/x",
  "/tenants/7/operations/7.1.2/x",
  "/operations/x",
  "//",
  "/health/x",
]) {
  test(`there is nothing at ${path}`, () => {
    assert.is(matchRoute("GET", path).found, "nothing");
  });
}

test.run();
