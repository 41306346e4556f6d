/**
 * Assertions of Identity-Aware Proxy against a fake of Google's public keys: they are served over HTTP, the assertions
 * are signed here, and Google's own library judges them.
 */
import { generateKeyPairSync } from "node:crypto";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  IAP_AUDIENCE,
  IAP_KEYS,
  iapClaims,
  newIapKey,
  signAssertion,
  toPem,
} from "../../../tests/testkit/iap-assertions.ts";
import { startKeyServer } from "../../../tests/testkit/key-server.ts";
import { signIdToken } from "../../../tests/testkit/google-id-tokens.ts";
import { createIapAssertionVerifier } from "./iap-assertion.ts";
import type { VerifyAccount } from "./google-accounts.ts";

const test = suite("assertions of Identity-Aware Proxy");

const CLAIMS = iapClaims("ann@example.com");
const now = Math.floor(Date.now() / 1000);

let google: Awaited<ReturnType<typeof startKeyServer>>;
let verify: VerifyAccount;
test.before(async () => {
  google = await startKeyServer(IAP_KEYS);
  verify = createIapAssertionVerifier(IAP_AUDIENCE, { oauth2IapPublicKeyUrl: google.url });
});
test.after(() => {
  google.stop();
});

test("a valid one gives its account, by the subject that ID tokens have", async () => {
  const account = { subject: "1234", email: "ann@example.com", isVerified: true };
  assert.equal(await verify(signAssertion(CLAIMS)), account);
});

for (const sub of [
  "securetoken.google.com/my-project/my-directory:1234",
  "sts.google.com:1234",
  "1234",
  "accounts.google.com:",
  "x accounts.google.com:1234",
]) {
  test(`of ${sub} nobody vouches for the e-mail`, async () => {
    const account = await verify(signAssertion({ ...CLAIMS, sub }));
    assert.equal([account?.subject, account?.isVerified], [sub, false]);
  });
}

const [header = "", , signature = ""] = signAssertion(CLAIMS).split(".");
const swapped = Buffer.from(JSON.stringify({ ...CLAIMS, email: "e@f.gh" })).toString("base64url");
const unsigned = Buffer.from(JSON.stringify({ alg: "none", kid: "k1" })).toString("base64url");
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
for (const [sentence, assertion] of [
  ["for another backend", signAssertion({ ...CLAIMS, aud: `${IAP_AUDIENCE}1` })],
  ["without an audience", signAssertion({ ...CLAIMS, aud: undefined })],
  ["of another issuer", signAssertion({ ...CLAIMS, iss: "https://accounts.google.com" })],
  ["that has expired", signAssertion({ ...CLAIMS, iat: now - 7200, exp: now - 3600 })],
  ["that is not valid yet", signAssertion({ ...CLAIMS, iat: now + 3000 })],
  ["that lives longer than the proxy's", signAssertion({ ...CLAIMS, exp: now + 7200 })],
  ["without a subject", signAssertion({ ...CLAIMS, sub: undefined })],
  ["signed by another key", signAssertion(CLAIMS, newIapKey().privateKey)],
  ["signed by a key that Google does not have", signAssertion(CLAIMS, undefined, "k2")],
  ["signed by a key of no sane name", signAssertion(CLAIMS, undefined, "__proto__")],
  ["that is an ID token", signIdToken(CLAIMS, rsa)],
  ["whose claims were changed", `${header}.${swapped}.${signature}`],
  ["that is not signed", `${unsigned}.${swapped}.`],
  ["that is none", "abc"],
  ["of three empty parts", ".."],
  ["whose header is null", `${Buffer.from("null").toString("base64url")}.${swapped}.x`],
] as const) {
  test(`one ${sentence} is not valid`, async () => {
    assert.is(await verify(assertion), null);
  });
}

test("Google's keys were read once for all of these", () => {
  assert.is(google.reads(), 1);
});

test("one for a key that is new to Google's is taken by who reads them anew", async () => {
  const fresh = newIapKey();
  google.serve({ ...IAP_KEYS, k2: toPem(fresh.publicKey) });
  const other = createIapAssertionVerifier(IAP_AUDIENCE, { oauth2IapPublicKeyUrl: google.url });
  assert.is((await other(signAssertion(CLAIMS, fresh.privateKey, "k2")))?.subject, "1234");
});

test.run();
