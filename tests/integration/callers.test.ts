/**
 * The function api as it runs, told its callers in every way: by keys, by Google ID tokens, by Identity-Aware Proxy. Google's
 * keys are stood in for. Nothing that is asked here needs a database.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { functionSpec } from "../../scripts/local/function-process.ts";
import { freePorts, waitForPort } from "../../scripts/local/loopback-ports.ts";
import { GOOGLE_KEYS, pushClaims, signIdToken } from "../testkit/google-id-tokens.ts";
import { IAP_AUDIENCE, IAP_KEYS, iapClaims, signAssertion } from "../testkit/iap-assertions.ts";
import { createServerProcesses } from "../testkit/server-processes.ts";
import { request } from "../testkit/stack-fixture.ts";

const test = suite("callers");

const KEYS = new URL("../fixtures/google-keys.mjs", import.meta.url).href;
const AUDIENCE = "https://api.example.com";
const CLIENT_ID = "1234567890-abc.apps.googleusercontent.com";
const [OPS_KEY, EYES_KEY] = ["operators-secret-1", "viewers-secret-2"];
const [ANN, BOB, EVE] = ["ann@example.com", "bob@example.com", "eve@example.com"];

let processes: ReturnType<typeof createServerProcesses>;
let url: string;
test.before(async () => {
  processes = createServerProcesses();
  const [port = 0, nowhere = 0] = await freePorts(2);
  const spec = functionSpec("api", port, {
    ...process.env,
    GOOGLE_CLOUD_PROJECT: "my-project",
    FIRESTORE_EMULATOR_HOST: `127.0.0.1:${nowhere}`,
    PUBSUB_EMULATOR_HOST: `127.0.0.1:${nowhere}`,
    METADATA_SERVER_DETECTION: "none",
    API_KEYS: `ops:${OPS_KEY},eyes:${EYES_KEY}`,
    ALLOWED_CALLERS: ANN,
    VIEWERS: `key:eyes,${BOB}`,
    API_AUDIENCE: AUDIENCE,
    GOOGLE_CLIENT_ID: CLIENT_ID,
    IAP_AUDIENCE,
    GOOGLE_KEYS: JSON.stringify(GOOGLE_KEYS),
    IAP_KEYS: JSON.stringify(IAP_KEYS),
  });
  processes.start({ ...spec, args: ["--import", KEYS, ...spec.args] });
  await waitForPort(port, AbortSignal.timeout(60_000));
  url = `http://127.0.0.1:${port}`;
});
test.after(() => processes.stop());

const token = (email: string, audience = AUDIENCE) => ({
  Authorization: `Bearer ${signIdToken(pushClaims(audience, email))}`,
});
const proxied = (email: string, claims: object = {}) => ({
  "X-Goog-IAP-JWT-Assertion": signAssertion({ ...iapClaims(email), ...claims }),
});

const callers: [sentence: string, headers: Record<string, string>, name: string, role: string][] = [
  ["a key", { "X-API-Key": OPS_KEY }, "key:ops", "operator"],
  ["a viewer's key", { "X-API-Key": EYES_KEY }, "key:eyes", "viewer"],
  ["a token", token(ANN), `google:${ANN}`, "operator"],
  ["a token of the console's sign-in", token(BOB, CLIENT_ID), `google:${BOB}`, "viewer"],
  ["Identity-Aware Proxy", proxied(ANN), `google:${ANN}`, "operator"],
  ["Identity-Aware Proxy with a viewer", proxied(BOB), `google:${BOB}`, "viewer"],
  ["a key before the proxy", { ...proxied(BOB), "X-API-Key": OPS_KEY }, "key:ops", "operator"],
];
for (const [sentence, headers, name, role] of callers) {
  test(`${sentence} tells a caller`, async () => {
    const { status, body } = await request(url, "GET", "/caller", { headers });
    assert.equal([status, body], [200, { name, role }]);
  });
}

const refused: [sentence: string, headers: Record<string, string>, status: number][] = [
  ["nothing", {}, 401],
  ["a token for somebody else", token(ANN, "https://other.example.com"), 401],
  ["a stranger's token", token(EVE), 403],
  ["a stranger whom the proxy let in", proxied(EVE), 403],
  ["an assertion for another backend", proxied(ANN, { aud: "/projects/1/apps/a" }), 401],
  ["an assertion as a token", { Authorization: `Bearer ${signAssertion(iapClaims(ANN))}` }, 401],
  [
    "a token as an assertion",
    { "X-Goog-IAP-JWT-Assertion": signIdToken(pushClaims(AUDIENCE, ANN)) },
    401,
  ],
];
for (const [sentence, headers, expected] of refused) {
  test(`${sentence} tells none`, async () => {
    const { status, headers: answered } = await request(url, "GET", "/caller", { headers });
    assert.is(status, expected);
    const challenge = expected === 401 ? "ApiKey, Bearer, IAP" : null;
    assert.is(answered.get("www-authenticate"), challenge);
  });
}

const changes: [sentence: string, headers: Record<string, string>, status: number][] = [
  ["from a page of its own", { ...proxied(ANN), "Sec-Fetch-Site": "same-origin" }, 422],
  ["without a page", proxied(ANN), 422],
  ["from another site's page", { ...proxied(ANN), "Sec-Fetch-Site": "cross-site" }, 403],
  ["from an old browser", { ...proxied(ANN), Origin: "https://evil.example" }, 403],
  ["from another site's page, with a key", { "X-API-Key": OPS_KEY, Origin: "https://a.b" }, 422],
  ["by a viewer", { "X-API-Key": EYES_KEY }, 403],
];
for (const [sentence, headers, expected] of changes) {
  test(`a change ${sentence} gets as far as ${expected}`, async () => {
    const json = { ...headers, "Content-Type": "application/json" };
    const { status } = await request(url, "POST", "/tenants", { headers: json, body: "{}" });
    assert.is(status, expected);
  });
}

test("no key, token, assertion or address is in the log", () => {
  const log = readFileSync(join(processes.directory, "api.log"), "utf8");
  assert.not.match(log, /eyJ|-secret-|@example\.com/);
});

test.run();
