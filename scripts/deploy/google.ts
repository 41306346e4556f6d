/**
 * Google's APIs, as Terraform's own login reaches them.
 *
 * @module
 */
import { GoogleAuth } from "google-auth-library";
import { DeployProblem } from "./deploy-error.ts";

/** Reads a resource by its address; `what` says in a problem what could not be read. */
export type ReadResource = <T>(url: string, what: string) => Promise<T>;

const SCOPE = "https://www.googleapis.com/auth/cloud-platform";

/** Logs in to Google as Terraform does. Throws a `DeployProblem` where nobody is logged in. */
export async function openGoogle(): Promise<ReadResource> {
  const auth = new GoogleAuth({ scopes: [SCOPE] });
  try {
    await auth.getAccessToken();
  } catch (cause) {
    const remedy = "Run: gcloud auth application-default login";
    throw new DeployProblem(`There are no Google credentials. ${remedy}`, { cause });
  }
  return async <T>(url: string, what: string) => {
    // Somebody's own credentials say of themselves no project that the call is counted for.
    const [, project = ""] = /\/projects\/([^/]+)\//.exec(url) ?? [];
    try {
      return (await auth.request<T>({ url, headers: { "x-goog-user-project": project } })).data;
    } catch (cause) {
      throw new DeployProblem(`${what} cannot be read: ${(cause as Error).message}`, { cause });
    }
  };
}
