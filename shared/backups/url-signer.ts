/**
 * Signs for the service account that the process runs as. Its key is Google's: whoever may have it used asks for each signature.
 *
 * https://docs.cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/signBlob
 *
 * @module
 */
import { GoogleAuth } from "google-auth-library";
import { AdapterError } from "../platform/errors.ts";

export interface UrlSigner {
  /** The service account's address. */
  email: () => Promise<string>;
  /** The signature of a text, in hex. */
  sign: (text: string) => Promise<string>;
}

/** What is used of google-auth-library; a test can stand in for Google's side of it. */
export type SigningCredentials = Pick<GoogleAuth, "getCredentials" | "sign">;

export function googleSigner(
  auth: SigningCredentials = new GoogleAuth({
    scopes: ["https://www.googleapis.com/auth/cloud-platform"],
  }),
): UrlSigner {
  return {
    async email() {
      const { client_email } = await asked(() => auth.getCredentials());
      if (client_email !== undefined) return client_email;
      throw new AdapterError("bucket", "denied", "There is no service account that could sign.");
    },
    async sign(text) {
      const signature = await asked(() => auth.sign(text));
      return Buffer.from(signature, "base64").toString("hex");
    },
  };
}

async function asked<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw new AdapterError("bucket", "unavailable", "Nobody signs for the service account.", {
      cause: error,
    });
  }
}
