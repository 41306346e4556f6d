/**
 * What the DNS of a custom domain comes to, in sentences for whoever set it. Pure.
 *
 * @module
 */
import { tokenName } from "./domain.ts";
import type { Domain } from "./domain.ts";
import type { ObservedDns, Seen } from "./observed-domain.ts";

/** `gone`: it says something else than it should. `unknown`: nobody can say at present. */
export type DnsVerdict = { is: "good" } | { is: "gone" | "unknown"; message: string };

type Part = keyof ObservedDns;

/** What it comes to, of the parts that matter. What is surely not there counts more than what nobody knows. */
export function judgeDns(domain: Domain, dns: ObservedDns, parts: readonly Part[]): DnsVerdict {
  const absent = parts.filter((part) => dns[part].is === "absent");
  if (absent.length > 0) {
    return {
      is: "gone",
      message: absent.map((part) => absence(part, domain, dns[part])).join(" "),
    };
  }
  const unknown = parts.filter((part) => dns[part].is === "unknown");
  if (unknown.length === 0) return { is: "good" };
  const why = new Set(unknown.map((part) => reasonOf(dns[part])));
  return {
    is: "unknown",
    message: `The DNS of ${domain.domain} does not answer: ${[...why].join(", ")}.`,
  };
}

function reasonOf(seen: Seen): string {
  return seen.is === "unknown" ? seen.why : "";
}

function absence(part: Part, { domain, token, authorization }: Domain, seen: Seen): string {
  const instead = seen.is === "absent" ? seen.instead : [];
  switch (part) {
    case "token":
      return `The TXT record ${tokenName(domain)} does not hold ${token}.`;
    case "address":
      return instead.length === 0
        ? `${domain} leads nowhere.`
        : `${domain} does not lead to the sites alone, but to ${instead.join(", ")}.`;
    case "authorization":
      return authorization === null
        ? "The record for the certificate is not known yet."
        : `The ${authorization.type} record ${authorization.name} does not lead to ${authorization.data}.`;
  }
}
