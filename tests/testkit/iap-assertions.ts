/**
 * What Identity-Aware Proxy says of its callers, signed here, and the key with which it is verified.
 *
 * @module
 */
import { generateKeyPairSync, sign } from "node:crypto";
import type { KeyObject } from "node:crypto";

export const IAP_AUDIENCE = "/projects/1234567890/global/backendServices/9876543210";

const { publicKey, privateKey } = newIapKey();

/** What the page of public keys says, where the key that signs here is the proxy's. */
export const IAP_KEYS = { k1: toPem(publicKey) };

/** As Google's are: on the curve P-256. */
export function newIapKey() {
  return generateKeyPairSync("ec", { namedCurve: "P-256" });
}

export function toPem(key: KeyObject): string | Buffer {
  return key.export({ type: "spki", format: "pem" });
}

export function iapClaims(email: string): Record<string, unknown> {
  const now = Math.floor(Date.now() / 1000);
  return {
    iss: "https://cloud.google.com/iap",
    aud: IAP_AUDIENCE,
    azp: IAP_AUDIENCE,
    sub: "accounts.google.com:1234",
    email,
    identity_source: "GOOGLE",
    iat: now,
    exp: now + 600,
  };
}

/** Signs as the proxy does; with another key, as somebody else would. */
export function signAssertion(claims: object, key: KeyObject = privateKey, kid = "k1"): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${part({ alg: "ES256", typ: "JWT", kid })}.${part(claims)}`;
  const signature = sign("sha256", Buffer.from(signed), { key, dsaEncoding: "ieee-p1363" });
  return `${signed}.${signature.toString("base64url")}`;
}
