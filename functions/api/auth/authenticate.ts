/**
 * Who calls: somebody with one of the keys, with a Google ID token of a known account, or whom Identity-Aware Proxy has
 * let through with such an account.
 *
 * @module
 */
import { hash, timingSafeEqual } from "node:crypto";
import type { ApiSettings } from "../../../shared/configuration/settings.ts";
import type { Account, GoogleAccounts } from "./google-accounts.ts";
import { Problem } from "../http/problem.ts";

/** Whether somebody may do whatever the API can, or only read. */
export const ROLES = ["operator", "viewer"] as const;
export type Role = (typeof ROLES)[number];

/** A caller that is let in. Whoever that is sees every tenant: it is the company's own. */
export interface Caller {
  /** The same for every request of this caller, and no secret. */
  id: string;
  /** By which the history names it: `key:NAME` or `google:ADDRESS`. */
  name: string;
  role: Role;
  /** Whether a browser may have said by itself who calls, whatever page made the request. */
  isByCookie: boolean;
}

type Credentials = Readonly<Record<string, string | undefined>>;

type CallerSettings = Pick<
  ApiSettings,
  | "apiKeys"
  | "apiKeyNames"
  | "allowedCallers"
  | "viewers"
  | "audience"
  | "googleClientId"
  | "iapAudience"
>;

/** A way to say who calls. */
interface Way {
  header: string;
  /** The scheme of `WWW-Authenticate`. */
  scheme: string;
}

const IAP_HEADER = "X-Goog-IAP-JWT-Assertion";

const JWT = "[\\w-]+\\.[\\w-]+\\.[\\w-]+";
const BEARER = new RegExp(`^Bearer +(${JWT})$`, "i");
const ASSERTION = new RegExp(`^${JWT}$`);

/** Makes the check. It gives the caller or throws a `Problem`: 401, 403, or 503 without Google's keys. */
export function createAuthenticator(
  settings: CallerSettings,
  accounts: GoogleAccounts,
): (headers: Credentials) => Promise<Caller> {
  const { apiKeys, apiKeyNames, allowedCallers, viewers } = settings;
  const keyDigests = apiKeys.map(sha256);
  const ways = waysOf(settings);
  const challenge = ways.map(({ scheme }) => scheme).join(", ");
  const takesTokens = ways.some(({ scheme }) => scheme === "Bearer");

  function unauthorized(sentence: string): Problem {
    return new Problem(401, sentence, { headers: { "WWW-Authenticate": challenge } });
  }

  function byKey(given: string): Caller {
    const digest = sha256(given);
    // Every key is compared, in constant time, so that the time tells nothing of any.
    const matches = keyDigests.map((known) => timingSafeEqual(known, digest));
    const keyName = apiKeyNames[matches.indexOf(true)];
    if (keyName === undefined) throw unauthorized("X-API-Key is not a valid key.");
    const name = `key:${keyName}`;
    const role = viewers.includes(name) ? "viewer" : "operator";
    return { id: `key:${digest.toString("hex")}`, name, role, isByCookie: false };
  }

  async function byToken(authorization: string): Promise<Caller> {
    const token = BEARER.exec(authorization)?.[1];
    if (token === undefined) throw unauthorized("Authorization is not a Bearer token.");
    if (!takesTokens) throw unauthorized("ID tokens are not accepted here.");
    const account = await accounts.byIdToken(token);
    if (account === null) throw unauthorized("The ID token is not valid.");
    return { ...ofAccount(account), isByCookie: false };
  }

  async function byAssertion(assertion: string): Promise<Caller> {
    const account = ASSERTION.test(assertion) ? await accounts.byAssertion(assertion) : null;
    if (account === null) throw unauthorized(`${IAP_HEADER} is not valid.`);
    return { ...ofAccount(account), isByCookie: true };
  }

  function ofAccount({ subject, email, isVerified }: Account): Omit<Caller, "isByCookie"> {
    const address = email.toLowerCase();
    const role = isVerified ? roleOf(address) : null;
    if (role === null) throw new Problem(403, "This account may not call the API.");
    return { id: `google:${subject}`, name: `google:${address}`, role };
  }

  function roleOf(address: string): Role | null {
    if (viewers.includes(address)) return "viewer";
    return allowedCallers.includes(address) ? "operator" : null;
  }

  return async (headers) => {
    const key = headers["x-api-key"];
    if (key !== undefined) return byKey(key);
    const authorization = headers["authorization"];
    if (authorization !== undefined) return byToken(authorization);
    const assertion = headers[IAP_HEADER.toLowerCase()];
    if (assertion !== undefined && settings.iapAudience !== null) return byAssertion(assertion);
    throw unauthorized(`${ways.map(({ header }) => header).join(" or ")} is missing.`);
  };
}

function waysOf({ apiKeys, audience, googleClientId, iapAudience }: CallerSettings): Way[] {
  const takesTokens = audience !== null || googleClientId !== null;
  return [
    ...(apiKeys.length > 0 ? [{ header: "X-API-Key", scheme: "ApiKey" }] : []),
    ...(takesTokens ? [{ header: "Authorization", scheme: "Bearer" }] : []),
    ...(iapAudience === null ? [] : [{ header: IAP_HEADER, scheme: "IAP" }]),
  ];
}

function sha256(text: string): Buffer {
  return hash("sha256", text, "buffer");
}
