/**
 * What Identity-Aware Proxy says of whom it has let through (https://cloud.google.com/iap/docs/signed-headers-howto),
 * checked with Google's own library.
 *
 * @module
 */
import { OAuth2Client } from "google-auth-library";
import type { GoogleEndpoints, VerifyAccount } from "./google-accounts.ts";
import { keepKeys, readGoogleKeys } from "./google-keys.ts";

const ISSUERS = ["https://cloud.google.com/iap"];

/** An assertion lives ten minutes. */
const MAX_SECONDS = 3600;

/** Before the subject of a Google account. Others come from directories that do not vouch for an e-mail. */
const GOOGLE_ACCOUNT = /^accounts\.google\.com:(?=.)/;

export function createIapAssertionVerifier(
  audience: string,
  endpoints: GoogleEndpoints = {},
): VerifyAccount {
  const client = new OAuth2Client({ endpoints });
  const keysWith = keepKeys(() =>
    readGoogleKeys(async () => (await client.getIapPublicKeysAsync()).pubkeys),
  );

  return async (assertion) => {
    const keys = await keysWith(keyIdOf(assertion), Date.now());
    try {
      const login = await client.verifySignedJwtWithCertsAsync(
        assertion,
        keys,
        audience,
        ISSUERS,
        MAX_SECONDS,
      );
      const { sub, email } = login.getPayload() ?? {};
      if (sub === undefined) return null;
      const subject = sub.replace(GOOGLE_ACCOUNT, "");
      return { subject, email: email ?? "", isVerified: subject !== sub };
    } catch {
      // The library's words quote the assertion.
      return null;
    }
  };
}

/** Which key an assertion claims to be signed with; empty where it claims none. */
function keyIdOf(assertion: string): string {
  try {
    const [header = ""] = assertion.split(".");
    const { kid } = JSON.parse(Buffer.from(header, "base64url").toString()) as { kid?: unknown };
    return typeof kid === "string" ? kid : "";
  } catch {
    return "";
  }
}
