/**
 * How far Google is with the certificate of the sites
 * (https://cloud.google.com/certificate-manager/docs/reference/certificate-manager/rest/v1/projects.locations.certificates).
 * From documentation; no certificate of Google's was seen.
 *
 * @module
 */
import type { ReadResource } from "./google.ts";

/** The parts of a `Certificate` that are read. */
export interface Certificate {
  managed?: {
    state?: string;
    authorizationAttemptInfo?: { domain?: string; state?: string; details?: string }[];
  };
}

/** A certificate of the sites, by its full name. */
export function readCertificate(read: ReadResource, name: string): Promise<Certificate> {
  const url = `https://certificatemanager.googleapis.com/v1/${name}`;
  return read<Certificate>(url, `The certificate ${name}`);
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
