import { execFileSync } from "node:child_process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { toCurl } from "./curl.ts";
import { changeTenant, defaults, listTenants, suspendTenant } from "./api-client.ts";

const test = suite("a request as a command");

defaults.baseUrl = "https://api.example";

/** What a shell makes of a command: the arguments of curl. */
function argumentsOf(command: string): string[] {
  const script = `curl() { printf '%s\\0' "$@"; }; gcloud() { echo TOKEN; }\n${command}`;
  const env = { KAIROS_API_KEY: "a key" };
  return execFileSync("bash", ["-c", script], { env, encoding: "utf8" }).split("\0").slice(0, -1);
}

test("a command is the request, and the key comes from the environment", async () => {
  const command = await toCurl((opts) => suspendTenant("1", {}, opts), "key");
  assert.not.match(command, /a key/);
  assert.equal(argumentsOf(command), [
    "-X",
    "POST",
    "https://api.example/tenants/1/suspend",
    "-H",
    "X-API-Key: a key",
  ]);
});

test("a body is handed over as it is, whatever a shell would make of it", async () => {
  const organization = `O'Neill "$(rm -rf /)" \`x\` \\ $HOME`;
  const command = await toCurl((opts) => changeTenant("1", { organization }, opts), "key");
  const given = argumentsOf(command);
  assert.equal(JSON.parse(given.at(-1) ?? ""), { organization });
  assert.ok(given.includes("Content-Type: application/json"));
  assert.ok(given.includes("PATCH"));
});

test("whoever has signed in with Google has a token of the command line's", async () => {
  const command = await toCurl((opts) => listTenants({ q: "a b&c" }, opts), "google");
  const given = argumentsOf(command);
  assert.equal(given, [
    "https://api.example/tenants?q=a%20b%26c",
    "-H",
    "Authorization: Bearer TOKEN",
  ]);
});

test("nothing is sent for it", async () => {
  const before = globalThis.fetch;
  globalThis.fetch = () => Promise.reject(new Error("it was sent"));
  try {
    assert.ok(await toCurl((opts) => suspendTenant("1", {}, opts), "key"));
  } finally {
    globalThis.fetch = before;
  }
});

test.run();
