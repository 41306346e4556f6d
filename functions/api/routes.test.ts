import { suite } from "uvu";
import * as assert from "uvu/assert";
import { matchRoute } from "./routes.ts";

const test = suite("routes");

const found: [method: string, path: string, operation: string, tenantId: string][] = [
  ["GET", "/", "readService", ""],
  ["GET", "/health", "readHealth", ""],
  ["HEAD", "/health", "readHealth", ""],
  ["POST", "/tenants", "createTenant", ""],
  ["GET", "/tenants/", "listTenants", ""],
  ["GET", "/tenants/7", "readTenant", "7"],
  ["DELETE", "/tenants/7", "deleteTenant", "7"],
  ["GET", "/tenants/7/status", "readTenantStatus", "7"],
  ["POST", "/tenants/7/retry", "retryTenant", "7"],
  ["POST", "/tenants/7/suspend", "suspendTenant", "7"],
  ["POST", "/tenants/7/resume", "resumeTenant", "7"],
];
for (const [method, path, operation, tenantId] of found) {
  test(`${method} ${path} is ${operation}`, () => {
    const match = matchRoute(method, path);
    assert.is(match.found, "operation");
    if (match.found === "operation") {
      assert.equal([match.operation, match.tenantId], [operation, tenantId]);
    }
  });
}

test("only the service's name and its health are open", () => {
  const open = found.filter(([method, path]) => {
    const match = matchRoute(method, path);
    return match.found === "operation" && match.isOpen;
  });
  assert.equal([...new Set(open.map(([, path]) => path))], ["/", "/health"]);
});

test("a path with another method says which ones it knows", () => {
  assert.equal(matchRoute("PUT", "/tenants/7"), {
    found: "path-only",
    allow: ["GET", "DELETE", "HEAD", "OPTIONS"],
  });
  assert.equal(matchRoute("GET", "/tenants/7/suspend"), {
    found: "path-only",
    allow: ["POST", "OPTIONS"],
  });
});

for (const path of ["/tenant", "/tenants/7/8", "/tenants/7/status/x", "//", "/health/x"]) {
  test(`there is nothing at ${path}`, () => {
    assert.is(matchRoute("GET", path).found, "nothing");
  });
}

test.run();
