/**
 * Google ID tokens (https://developers.google.com/identity/openid-connect/openid-connect#validatinganidtoken),
 * checked with Google's own library.
 *
 * @module
 */
import { OAuth2Client } from "google-auth-library";
import { readGoogleKeys } from "./google-keys.ts";
import type { GoogleEndpoints, VerifyAccount } from "./google-accounts.ts";

const ISSUERS = ["https://accounts.google.com", "accounts.google.com"];

/** Lets in tokens for any of the audiences. */
export function createIdTokenVerifier(
  audiences: string[],
  endpoints: GoogleEndpoints = {},
): VerifyAccount {
  const client = new OAuth2Client({ endpoints });

  return async (token) => {
    // The library keeps them for as long as Google says.
    const { certs } = await readGoogleKeys(() => client.getFederatedSignonCertsAsync());
    try {
      const login = await client.verifySignedJwtWithCertsAsync(token, certs, audiences, ISSUERS);
      const { sub, email, email_verified } = login.getPayload() ?? {};
      if (sub === undefined) return null;
      return { subject: sub, email: email ?? "", isVerified: email_verified === true };
    } catch {
      // Whatever is wrong with a token, it is its bearer's business alone. The library's words quote it.
      return null;
    }
  };
}
