/**
 * How far Google is with the certificate of the sites
 * (https://cloud.google.com/certificate-manager/docs/reference/certificate-manager/rest/v1/projects.locations.certificates).
 * From documentation; no certificate of Google's was seen.
 *
 * @module
 */
import { GoogleAuth } from "google-auth-library";
import { DeployProblem } from "./problem.ts";

/** The parts of a `Certificate` that are read. */
export interface Certificate {
  managed?: {
    state?: string;
    authorizationAttemptInfo?: { domain?: string; state?: string; details?: string }[];
  };
}

export type ReadCertificate = (name: string) => Promise<Certificate>;

const SCOPE = "https://www.googleapis.com/auth/cloud-platform";

/** Logs in to Google as Terraform does. Throws a `DeployProblem` where nobody is logged in. */
export async function openCertificates(): Promise<ReadCertificate> {
  const auth = new GoogleAuth({ scopes: [SCOPE] });
  try {
    await auth.getAccessToken();
  } catch (cause) {
    const remedy = "Run: gcloud auth application-default login";
    throw new DeployProblem(`There are no Google credentials. ${remedy}`, { cause });
  }
  return async (name) => {
    const url = `https://certificatemanager.googleapis.com/v1/${name}`;
    // Somebody's own credentials say of themselves no project that the call is counted for.
    const headers = { "x-goog-user-project": name.split("/")[1] ?? "" };
    try {
      return (await auth.request<Certificate>({ url, headers })).data;
    } catch (cause) {
      const reason = (cause as Error).message;
      throw new DeployProblem(`The certificate ${name} cannot be read: ${reason}`, { cause });
    }
  };
}

/** Whether the certificate is there, and what Google says of it. */
export function describeCertificate({ managed }: Certificate): { isActive: boolean; says: string } {
  const state = managed?.state ?? "UNKNOWN";
  const attempts = (managed?.authorizationAttemptInfo ?? []).map(
    ({ domain = "?", state: attempt = "?", details }) =>
      `${domain} ${attempt}${details === undefined ? "" : ` (${details})`}`,
  );
  return { isActive: state === "ACTIVE", says: [state, ...attempts].join("; ") };
}
