/**
 * Google ID tokens against a fake of Google's public keys: the certificate is served over HTTP, the
 * tokens are signed here, and Google's own library judges them.
 */
import { createSign, generateKeyPairSync } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { freePorts } from "../../../scripts/local/loopback-ports.ts";
import { startKeyServer } from "../../../tests/testkit/key-server.ts";
import { createIdTokenVerifier } from "./id-token.ts";
import type { VerifyAccount } from "./google-accounts.ts";
import { Problem } from "../http/problem.ts";

const test = suite("ID tokens");

const AUDIENCE = "https://api.example.com";
const CLIENT_ID = "1234567890-abc.apps.googleusercontent.com";
const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const stranger = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;

let google: Awaited<ReturnType<typeof startKeyServer>>;
let verify: VerifyAccount;

test.before(async () => {
  google = await startKeyServer({ k1: publicKey.export({ type: "spki", format: "pem" }) });
  verify = createIdTokenVerifier([AUDIENCE, CLIENT_ID], endpointsAt(google.url));
});
test.after(() => {
  google.stop();
});

function endpointsAt(url: string) {
  return { oauth2FederatedSignonPemCertsUrl: url };
}

const now = Math.floor(Date.now() / 1000);
const CLAIMS = {
  iss: "https://accounts.google.com",
  aud: AUDIENCE,
  sub: "1234",
  email: "frontend@example.com",
  email_verified: true,
  iat: now,
  exp: now + 3600,
};

function sign(claims: object, key: KeyObject = privateKey, kid = "k1"): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${part({ alg: "RS256", typ: "JWT", kid })}.${part(claims)}`;
  return `${signed}.${createSign("RSA-SHA256").update(signed).sign(key, "base64url")}`;
}

test("a valid token gives its account", async () => {
  assert.equal(await verify(sign(CLAIMS)), {
    subject: "1234",
    email: "frontend@example.com",
    isVerified: true,
  });
});

test("a token for the console's sign-in is as good", async () => {
  const account = await verify(sign({ ...CLAIMS, aud: CLIENT_ID }));
  assert.is(account?.email, "frontend@example.com");
});

test("a token may tell no e-mail", async () => {
  assert.is((await verify(sign({ ...CLAIMS, email: undefined })))?.email, "");
});

test("an e-mail that Google does not vouch for is said to be so", async () => {
  const account = await verify(sign({ ...CLAIMS, email_verified: false }));
  assert.is(account?.isVerified, false);
});

const [header = "", , signature = ""] = sign(CLAIMS).split(".");
const swapped = Buffer.from(JSON.stringify({ ...CLAIMS, sub: "1" })).toString("base64url");
const unsigned = Buffer.from(JSON.stringify({ alg: "none", kid: "k1" })).toString("base64url");
for (const [sentence, token] of [
  ["for another audience", sign({ ...CLAIMS, aud: "https://other.example.com" })],
  ["without an audience", sign({ ...CLAIMS, aud: undefined })],
  ["of another issuer", sign({ ...CLAIMS, iss: "https://evil.example.com" })],
  ["that has expired", sign({ ...CLAIMS, iat: now - 7200, exp: now - 3600 })],
  ["that is not valid yet", sign({ ...CLAIMS, iat: now + 3000 })],
  ["that never expires", sign({ ...CLAIMS, exp: now + 10 * 365 * 86_400 })],
  ["without a subject", sign({ ...CLAIMS, sub: undefined })],
  ["signed by another key", sign(CLAIMS, stranger)],
  ["signed by a key that Google does not have", sign(CLAIMS, privateKey, "k2")],
  ["whose claims were changed", `${header}.${swapped}.${signature}`],
  ["that is not signed", `${unsigned}.${swapped}.`],
  ["that is none", "abc"],
  ["of three empty parts", ".."],
] as const) {
  test(`a token ${sentence} is not valid`, async () => {
    assert.is(await verify(token), null);
  });
}

test("Google's keys are read once, for as long as Google says", () => {
  assert.is(google.reads(), 1);
});

test("without Google's keys nobody is let in, and the caller is told to come again", async () => {
  const [closed = 0] = await freePorts(1);
  const blind = createIdTokenVerifier([AUDIENCE], endpointsAt(`http://127.0.0.1:${closed}/keys`));
  await blind(sign(CLAIMS)).then(
    () => assert.unreachable("it was let in"),
    (error: unknown) => {
      assert.instance(error, Problem);
      assert.is((error as Problem).status, 503);
      assert.ok((error as Problem).headers["Retry-After"]);
    },
  );
});

test.run();
