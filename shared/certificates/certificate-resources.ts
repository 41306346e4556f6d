/**
 * The resources of Certificate Manager, as they are named, sent and read.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { ObservedCertificate } from "../domains/observed-domain.ts";

/** What of Certificate Manager a domain needs, each with the collection that it is in and how its id is sent. */
export const RESOURCES = {
  authorization: { collection: "dnsAuthorizations", idParameter: "dnsAuthorizationId" },
  certificate: { collection: "certificates", idParameter: "certificateId" },
  entry: { collection: "certificateMapEntries", idParameter: "certificateMapEntryId" },
} as const;
export type Resource = keyof typeof RESOURCES;

export type Json = Record<string, unknown>;

/** Something that was made for a domain. */
export interface MadeResource {
  domain: string;
  createdAt: Date;
}

/** An authorization, a certificate and an entry each call it otherwise. */
export function domainOf({ domain, managed, hostname }: Json): string {
  const { domains } = toJson(managed);
  const [first] = Array.isArray(domains) ? (domains as unknown[]) : [];
  return String(domain ?? hostname ?? first);
}

/** By which one finds all that this control plane has made. */
export const LABELS = { "managed-by": "kairos" };

/** A valid id, however long the domain is: 128 bits of it. */
export function resourceId(domain: string): string {
  return `kd-${createHash("sha256").update(domain).digest("hex").slice(0, 32)}`;
}

export function toJson(value: unknown): Json {
  return typeof value === "object" && value !== null ? (value as Json) : {};
}

/** A call that changes something is answered by an operation, which may go on. */
export function isDone(answer: { data: unknown } | null): boolean {
  return answer === null || toJson(answer.data)["done"] === true;
}

export function toAuthorization(resource: Json | null): ObservedCertificate["authorization"] {
  if (resource === null) return null;
  const { name, type, data } = toJson(resource["dnsResourceRecord"]);
  const isKnown = typeof name === "string" && typeof type === "string" && typeof data === "string";
  return { record: isKnown ? { name: withoutDot(name), type, data: withoutDot(data) } : null };
}

function withoutDot(name: string): string {
  return name.replace(/\.$/, "");
}

const STATES: ReadonlyMap<unknown, "active" | "failed"> = new Map([
  ["ACTIVE", "active"],
  ["FAILED", "failed"],
]);

export function toCertificate(resource: Json | null): ObservedCertificate["certificate"] {
  if (resource === null) return null;
  const { state, provisioningIssue, authorizationAttemptInfo } = toJson(resource["managed"]);
  const attempts = Array.isArray(authorizationAttemptInfo) ? authorizationAttemptInfo : [];
  const said = [provisioningIssue, ...attempts].map((one) => toJson(one)["details"]);
  const issue = said.filter((details) => typeof details === "string" && details !== "").join(" ");
  return { state: STATES.get(state) ?? "provisioning", issue: issue === "" ? null : issue };
}
