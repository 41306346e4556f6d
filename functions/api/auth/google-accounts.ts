/**
 * Whose account of Google's it is that calls, by what Google has signed.
 *
 * @module
 */
import type { OAuth2ClientOptions } from "google-auth-library";
import type { ApiSettings } from "../../../shared/configuration/settings.ts";
import { createIapAssertionVerifier } from "./iap-assertion.ts";
import { createIdTokenVerifier } from "./id-token.ts";

export interface Account {
  /** Google's own name of the account: never given to another one, unlike an e-mail. */
  subject: string;
  /** Empty where it is not told. */
  email: string;
  /** Whether Google knows that the e-mail is the account's. */
  isVerified: boolean;
}

/** Gives the account, or null where what is signed is not valid for this API. */
export type VerifyAccount = (signed: string) => Promise<Account | null>;

/** The ways in which an account is told. */
export interface GoogleAccounts {
  byIdToken: VerifyAccount;
  /** What Identity-Aware Proxy says of whom it has let through. */
  byAssertion: VerifyAccount;
}

/** Google's own unless a test fakes them. */
export type GoogleEndpoints = NonNullable<OAuth2ClientOptions["endpoints"]>;

const never: VerifyAccount = () => Promise.resolve(null);

export function openGoogleAccounts(
  settings: Pick<ApiSettings, "audience" | "googleClientId" | "iapAudience">,
  endpoints: GoogleEndpoints = {},
): GoogleAccounts {
  const { audience, googleClientId, iapAudience } = settings;
  const audiences = [audience, googleClientId].filter((one) => one !== null);
  return {
    byIdToken: audiences.length === 0 ? never : createIdTokenVerifier(audiences, endpoints),
    byAssertion: iapAudience === null ? never : createIapAssertionVerifier(iapAudience, endpoints),
  };
}
