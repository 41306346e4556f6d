/**
 * Google ID tokens (https://developers.google.com/identity/openid-connect/openid-connect#validatinganidtoken),
 * checked with Google's own library.
 *
 * @module
 */
import { OAuth2Client } from "google-auth-library";
import type { OAuth2ClientOptions } from "google-auth-library";
import { within } from "../../../shared/platform/deadline.ts";
import { errorFields, log } from "../../../shared/platform/log.ts";
import { Problem } from "../http/problem.ts";

/** Whose token it is. */
export interface Account {
  /** Google's own name of the account: never given to another one, unlike an e-mail. */
  subject: string;
  /** Empty where the token does not tell it. */
  email: string;
  /** Whether Google knows that the e-mail is the account's. */
  isVerified: boolean;
}

/** Gives the account, or null where the token is not valid for this API. */
export type VerifyIdToken = (token: string) => Promise<Account | null>;

const ISSUERS = ["https://accounts.google.com", "accounts.google.com"];

const CERTIFICATES_MILLISECONDS = 5_000;

/** `endpoints` are Google's own unless a test fakes them. */
export function createIdTokenVerifier(
  audience: string,
  endpoints: NonNullable<OAuth2ClientOptions["endpoints"]> = {},
): VerifyIdToken {
  const client = new OAuth2Client({ endpoints });

  /** Google's public keys, which the library keeps for as long as Google says. */
  async function readCertificates() {
    try {
      const read = client.getFederatedSignonCertsAsync();
      return (await within(CERTIFICATES_MILLISECONDS, read)).certs;
    } catch (error) {
      log("ERROR", "GoogleKeysUnavailable", errorFields(error));
      throw new Problem(503, "ID tokens cannot be checked just now. Try again.", {
        headers: { "Retry-After": "5" },
      });
    }
  }

  return async (token) => {
    const certificates = await readCertificates();
    try {
      const login = await client.verifySignedJwtWithCertsAsync(
        token,
        certificates,
        audience,
        ISSUERS,
      );
      const { sub, email, email_verified } = login.getPayload() ?? {};
      if (sub === undefined) return null;
      return { subject: sub, email: email ?? "", isVerified: email_verified === true };
    } catch {
      // Whatever is wrong with a token, it is its bearer's business alone.
      return null;
    }
  };
}
