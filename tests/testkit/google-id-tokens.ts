/**
 * Google ID tokens that are signed here, and the key with which they are verified.
 *
 * @module
 */
import { createSign, generateKeyPairSync } from "node:crypto";
import type { KeyObject } from "node:crypto";

/** The id of the key, as Google's page of keys has it. */
export const KEY_ID = "k1";

const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });

/** What Google's page of public keys says, where the key that signs here is Google's. */
export const GOOGLE_KEYS = { [KEY_ID]: publicKey.export({ type: "spki", format: "pem" }) };

/** The claims of the token with which Pub/Sub pushes. */
export function pushClaims(audience: string, email: string): Record<string, unknown> {
  const now = Math.floor(Date.now() / 1000);
  return {
    iss: "https://accounts.google.com",
    aud: audience,
    azp: "1234",
    sub: "1234",
    email,
    email_verified: true,
    iat: now,
    exp: now + 3600,
  };
}

/** Signs as Google does; with another key, as somebody else would. */
export function signIdToken(claims: object, key: KeyObject = privateKey): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${part({ alg: "RS256", typ: "JWT", kid: KEY_ID })}.${part(claims)}`;
  return `${signed}.${createSign("RSA-SHA256").update(signed).sign(key, "base64url")}`;
}
