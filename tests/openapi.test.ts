/**
 * An OpenAPI document as others' tools see it: a linter finds nothing in it, and a generator makes a
 * client of it that works.
 */
import { readFileSync, rmSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { startDocsServer } from "./docs-server.ts";
import type { DocsServer } from "./docs-server.ts";
import { checkTypes, generateClient } from "./generated-client.ts";
import type { GeneratedClient } from "./generated-client.ts";
import { lintOpenApi } from "./openapi-lint.ts";
import { temporaryDirectory } from "./stack-fixture.ts";

const sample = readFileSync(new URL("fixtures/openapi.json", import.meta.url), "utf8");

const linter = suite("the linter");

linter("finds nothing in a good document", async () => {
  assert.equal(await lintOpenApi(JSON.parse(sample)), []);
});

for (const [what, text, replacement, found] of [
  ["an operation without a summary", '"summary": "List tenants",', "", "operation-summary"],
  ["a scheme that nobody has", '"apiKey": []', '"password": []', "security-defined"],
  ["a schema that nobody has", 'schemas/Tenant"', 'schemas/Client"', "no-unresolved-refs"],
  [
    "a schema elsewhere, which it does not fetch",
    '"#/components/schemas/TenantList"',
    '"https://schemas.example/tenants.json"',
    "https://schemas.example/tenants.json is another document",
  ],
] as const) {
  linter(`finds ${what}`, async () => {
    const sentences = await lintOpenApi(JSON.parse(sample.replace(text, replacement)));
    assert.ok(
      sentences.some((sentence) => sentence.startsWith("error") && sentence.includes(found)),
      sentences.join("\n"),
    );
  });
}

linter.run();

const test = suite("a generated client");

const directory = temporaryDirectory();
let api: DocsServer;
let client: GeneratedClient;
test.before(async () => {
  api = await startDocsServer();
  client = await generateClient(JSON.parse(sample), directory);
  client.defaults.baseUrl = api.url;
  client.defaults.headers = { "X-API-Key": api.apiKey };
});
test.after(async () => {
  await api.stop();
  rmSync(directory, { recursive: true, force: true });
});

test("has right types, and nothing that Node does not strip", () => {
  assert.is(checkTypes(client), "");
});

test("calls the API", async () => {
  const created = await client.call("createTenant", { subdomain: "acme" });
  assert.is(created.status, 201);
  const { status, data } = await client.call("listTenants", { skip: 0 });
  assert.is(status, 200);
  assert.equal(data, { tenants: [created.data], total: 1 });
});

test("gives an error's status and body", async () => {
  const { status, data } = await client.call(
    "listTenants",
    {},
    { headers: { "X-API-Key": "another" } },
  );
  assert.is(status, 401);
  assert.equal(data, {});
});

test.run();
