/**
 * Who calls: somebody with one of the keys, or with a Google ID token of an allowed account.
 *
 * @module
 */
import { hash, timingSafeEqual } from "node:crypto";
import type { ApiSettings } from "../../../shared/configuration/settings.ts";
import type { VerifyIdToken } from "./id-token.ts";
import { Problem } from "../http/problem.ts";

/** A caller that is let in. Whoever that is sees every tenant: it is the company's backend. */
export interface Caller {
  /** The same for every request of this caller, and no secret. */
  id: string;
  /** By which the history names it: `key:NAME` or `google:ADDRESS`. */
  name: string;
}

type Credentials = Readonly<Record<string, string | undefined>>;

/** Makes the check. It gives the caller or throws a `Problem`: 401, 403, or 503 without Google's keys. */
export function createAuthenticator(
  settings: Pick<ApiSettings, "apiKeys" | "apiKeyNames" | "allowedCallers">,
  verifyIdToken: VerifyIdToken,
): (headers: Credentials) => Promise<Caller> {
  const { apiKeys, apiKeyNames, allowedCallers } = settings;
  const keyDigests = apiKeys.map(sha256);
  const challenge = [
    ...(apiKeys.length > 0 ? ["ApiKey"] : []),
    ...(allowedCallers.length > 0 ? ["Bearer"] : []),
  ].join(", ");

  function unauthorized(sentence: string): Problem {
    return new Problem(401, sentence, { headers: { "WWW-Authenticate": challenge } });
  }

  function byKey(given: string): Caller {
    const digest = sha256(given);
    // Every key is compared, in constant time, so that the time tells nothing of any.
    const matches = keyDigests.map((known) => timingSafeEqual(known, digest));
    const name = apiKeyNames[matches.indexOf(true)];
    if (name === undefined) throw unauthorized("X-API-Key is not a valid key.");
    return { id: `key:${digest.toString("hex")}`, name: `key:${name}` };
  }

  async function byToken(token: string): Promise<Caller> {
    if (allowedCallers.length === 0) throw unauthorized("ID tokens are not accepted here.");
    const account = await verifyIdToken(token);
    if (account === null) throw unauthorized("The ID token is not valid.");
    const isAllowed = account.isVerified && allowedCallers.includes(account.email.toLowerCase());
    if (!isAllowed) throw new Problem(403, "This account may not call the API.");
    return { id: `google:${account.subject}`, name: `google:${account.email.toLowerCase()}` };
  }

  return async (headers) => {
    const key = headers["x-api-key"];
    if (key !== undefined) return byKey(key);
    const authorization = headers["authorization"];
    if (authorization === undefined) throw unauthorized(missing(apiKeys, allowedCallers));
    const token = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization)?.[1];
    if (token === undefined) throw unauthorized("Authorization is not a Bearer token.");
    return byToken(token);
  };
}

function missing(keys: string[], callers: string[]): string {
  if (callers.length === 0) return "X-API-Key is missing.";
  return keys.length === 0 ? "Authorization is missing." : "X-API-Key or Authorization is missing.";
}

function sha256(text: string): Buffer {
  return hash("sha256", text, "buffer");
}
