/**
 * The API's document as others' tools see it: a public linter finds nothing in it, and a client that a
 * public generator makes of it runs a tenant's whole life.
 */
import * as fc from "fast-check";
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openApiDocument } from "../../functions/api/docs/openapi-document.ts";
import { ENDPOINTS } from "../../functions/api/endpoints.ts";
import { PORTABLE_PATTERNS } from "../../shared/tenant/field-schemas.ts";
import { DeployProblem } from "../../scripts/deploy/deploy-error.ts";
import { smokeTest } from "../../scripts/deploy/smoke-test.ts";
import { checkTypes, generateClient } from "../testkit/generated-client.ts";
import type { GeneratedClient } from "../testkit/generated-client.ts";
import { lintOpenApi } from "../testkit/openapi-lint.ts";
import {
  answerCheckOf,
  eventually,
  startTestStack,
  temporaryDirectory,
} from "../testkit/stack-fixture.ts";
import type { TestStack } from "../testkit/stack-fixture.ts";

const document = JSON.stringify(openApiDocument(ENDPOINTS, "1.2.3"));

const linter = suite("the linter");

linter("finds neither an error nor a warning in the document", async () => {
  assert.equal(await lintOpenApi(JSON.parse(document)), []);
});

for (const [what, text, replacement, found] of [
  ["an operation without a summary", '"summary":"Create a tenant",', "", "operation-summary"],
  ["a scheme that nobody has", '"ApiKey":[]', '"Password":[]', "security-defined"],
  ["a schema that nobody has", 'schemas/Tenant"', 'schemas/Client"', "no-unresolved-refs"],
  [
    "a schema elsewhere, which it does not fetch",
    '"#/components/schemas/TenantList"',
    '"https://schemas.example/tenants.json"',
    "https://schemas.example/tenants.json is another document",
  ],
] as const) {
  linter(`finds ${what}`, async () => {
    const sentences = await lintOpenApi(JSON.parse(document.replace(text, replacement)));
    assert.ok(
      sentences.some((sentence) => sentence.startsWith("error") && sentence.includes(found)),
      sentences.join("\n"),
    );
  });
}

linter.run();

const patterns = suite("the document's patterns");

/** Every pattern that a client may find in the document. */
const found = [...new Set(document.matchAll(/"pattern":("(?:[^"\\\\]|\\\\.)*")/g))].map(
  ([, text = ""]) => JSON.parse(text) as string,
);

/** Which of the texts Python's engine finds each pattern in. */
function matchedByPython(texts: string[]): boolean[][] {
  const program = "import json, re, sys\np, t = json.load(sys.stdin)\n";
  const match = "print(json.dumps([[bool(re.search(x, y)) for y in t] for x in p]))";
  const { stdout, stderr, status } = spawnSync("python3", ["-I", "-c", program + match], {
    input: JSON.stringify([found, texts]),
    encoding: "utf8",
  });
  assert.is(status, 0, stderr);
  return JSON.parse(stdout) as boolean[][];
}

patterns("are taken by Python's engine, which finds them in what this one does", () => {
  assert.ok(found.length >= 6, String(found.length));
  const texts = [
    "Acme & Co",
    "مدرسة النور",
    "Söhne, O'Neil-7",
    " x",
    "<x>",
    "a[b",
    ". &",
    "a\\b",
    "x",
  ];
  const expected = found.map((pattern) => texts.map((text) => new RegExp(pattern, "u").test(text)));
  assert.equal(matchedByPython(texts), expected);
});

patterns("use nothing that only some engines know", () => {
  for (const pattern of found) assert.not.match(pattern, /\\p|\\P|\(\?(?!:)|\\[1-9]/);
});

patterns("let through every name that the service takes, and not every other", () => {
  const pairs = [...PORTABLE_PATTERNS].map((pair) =>
    pair.map((pattern) => new RegExp(pattern, "u")),
  );
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 4 }), (text) => {
      for (const [own, clients] of pairs) {
        assert.ok(!own?.test(text) || clients?.test(text), JSON.stringify(text));
      }
    }),
    { numRuns: 20_000 },
  );
  for (const text of [" a", "a ", "a/b", "a\u0000b", "<a>"]) {
    assert.not.ok(pairs[0]?.[1]?.test(text), text);
  }
});

patterns.run();

const test = suite("a generated client, and answers held to the document");

const directory = temporaryDirectory();
let it: TestStack;
let client: GeneratedClient;
test.before(async () => {
  it = await startTestStack({ LOCAL_BENCH_FAULTS: "by-client:install-app:once" });
  const served = await fetch(`${it.stack.urls.api}/openapi.json`);
  client = await generateClient(await served.json(), directory);
  client.defaults.baseUrl = it.stack.urls.api;
  client.defaults.headers = { "X-API-Key": it.stack.apiKey };
  client.defaults.fetch = fetchChecked;
});
test.after(async () => {
  await it.stop();
  rmSync(directory, { recursive: true, force: true });
});

/** `fetch`, with the answer held to the document. */
const fetchChecked: typeof fetch = async (input, init) => {
  const response = await fetch(input, init);
  const { status, headers } = response;
  const { pathname } = new URL(input instanceof Request ? input.url : input);
  const check = await answerCheckOf(it.stack.urls.api);
  const text = await response.clone().text();
  check(init?.method ?? "GET", pathname, { status, headers, text });
  return response;
};

test("the client has right types, and nothing that Node does not strip", () => {
  assert.is(checkTypes(client), "");
});

test("the client runs a tenant's whole life", async () => {
  const wanted = {
    organization: "Acme & Söhne",
    subdomain: "by-client",
    email: "office@acme.example",
    first_name: "Ada",
  };
  const created = await client.call("createTenant", wanted, { idempotencyKey: "one" });
  assert.is(created.status, 201);
  assert.is(created.data["operation"], `${String(created.data["id"])}.1.1`);
  const again = await client.call("createTenant", wanted, { idempotencyKey: "one" });
  assert.equal([again.status, again.data], [201, created.data]);
  const id = String(created.data["id"]);

  const until = (status: string) =>
    eventually(`the client sees it ${status}`, async () => {
      const { data } = await client.call("readTenantStatus", id);
      return data["status"] === status ? data : null;
    });
  const active = await until("active");
  assert.is(active["site_url"], "https://by-client.kairos.app");

  const corrected = await client.call("changeTenant", id, { organization: "Acme Ltd" });
  assert.equal([corrected.status, corrected.data["organization"]], [200, "Acme Ltd"]);
  const listed = await client.call("listTenants", { status: "active", limit: 1 });
  assert.equal(
    (listed.data["tenants"] as { id: string }[]).map((tenant) => tenant.id),
    [id],
  );

  assert.is((await client.call("retryTenant", id)).status, 409, "nothing has failed");
  assert.is((await client.call("suspendTenant", id)).status, 202);
  await until("suspended");
  assert.is((await client.call("resumeTenant", id)).status, 202);
  await until("active");
  assert.is((await client.call("deleteTenant", id)).status, 202);
  await eventually("the client sees it gone", async () => {
    const { status } = await client.call("readTenant", id);
    return status === 404 ? true : null;
  });
  await readHistory(id);
});

/** The client reads what happened to a tenant that is gone: a create of two attempts, a suspend, a resume and a drop. */
async function readHistory(id: string): Promise<void> {
  const pages = [await client.call("listTenantOperations", id, { limit: 3 })];
  const pageToken = pages[0]?.data["next_page_token"];
  pages.push(await client.call("listTenantOperations", id, { limit: 3, pageToken }));
  const told = pages.flatMap(({ data }) => data["operations"] as Record<string, unknown>[]);
  assert.equal(
    told.map(({ kind, state, attempt }) => `${String(kind)} ${String(state)} ${String(attempt)}`),
    [
      "drop succeeded 1",
      "resume succeeded 1",
      "suspend succeeded 1",
      "create succeeded 2",
      "create failed 1",
    ],
  );
  const failed = await client.call("listOperations", { state: "failed", kind: "create" });
  const [first] = failed.data["operations"] as Record<string, unknown>[];
  assert.equal(first, told.at(-1));
  const { status, data } = await client.call("readOperation", id, `${id}.1.1`);
  const { log: _, ...rest } = data;
  assert.equal([status, rest], [200, first]);
}

test("the client gives an error's status and body", async () => {
  const headers = { "X-API-Key": "another" };
  const { status, data } = await client.call("listTenants", {}, { headers });
  assert.equal([status, data["error"]], [401, "X-API-Key is not a valid key."]);
});

test("the smoke test of a deployment passes on the API, and on no other version of it", async () => {
  const { version } = (await (await fetch(it.stack.urls.api)).json()) as { version: string };
  await smokeTest(it.stack.urls.api, version);
  const problem = await smokeTest(it.stack.urls.api, "0.0.0").catch((error: unknown) => error);
  assert.instance(problem, DeployProblem);
});

test("an answer that the document does not tell of is found", async () => {
  const url = it.stack.urls.api;
  const check = await answerCheckOf(url);
  const real = await fetch(`${url}/health`);
  const text = await real.text();
  const { status, headers } = real;
  check("GET", "/health", { status, headers, text });
  const without = new Headers(headers);
  without.delete("x-request-id");
  const others: [string, Parameters<typeof check>][] = [
    ["status", ["GET", "/health", { status: 299, headers, text }]],
    ["body", ["GET", "/health", { status, headers, text: '{"status":"healthy"}' }]],
    ["field", ["GET", "/health", { status, headers, text: text.replace("{", '{"more":1,') }]],
    ["header", ["GET", "/health", { status, headers: without, text }]],
    ["type", ["GET", "/nowhere", { status: 404, headers, text }]],
  ];
  for (const [what, answer] of others) {
    assert.ok(
      isRefused(() => check(...answer)),
      what,
    );
  }
});

/** Not `assert.throws`, which lets assertions pass through. */
function isRefused(check: () => void): boolean {
  try {
    check();
    return false;
  } catch {
    return true;
  }
}

test.run();
