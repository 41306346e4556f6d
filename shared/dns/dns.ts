/**
 * The DNS as it is asked about custom domains. Never throws: what nobody answers is told apart from what is not there,
 * by the code of the answer.
 *
 * @module
 */
import ipaddr from "ipaddr.js";
import { Resolver } from "node:dns/promises";
import type { Domain } from "../domains/domain.ts";
import { tokenName } from "../domains/domain.ts";
import type { ObservedDns, Seen } from "../domains/observed-domain.ts";

export interface DnsSettings {
  /** Whom to ask, each as an address, with a port where it is another than 53; none for those that the system asks. */
  dnsServers: string[];
  /** Where the sites are. */
  sitesAddresses: string[];
}

/** The client asks twice, and waits longer the second time. */
const ASK_MILLISECONDS = 2000;

/** What a name has of one type, or that nobody says. */
type Records = { are: string[] } | { unknown: string };

export type Dns = ReturnType<typeof openDns>;

/** Opens it. `milliseconds` is how long a server is waited for at first. */
export function openDns(
  { dnsServers, sitesAddresses }: DnsSettings,
  milliseconds = ASK_MILLISECONDS,
) {
  const addresses = sitesAddresses.map(toOneForm);

  /** A resolver of its own for each domain: one keeps what it was answered. */
  function newResolver(): Resolver {
    const resolver = new Resolver({ timeout: milliseconds, tries: 2 });
    if (dnsServers.length > 0) resolver.setServers(dnsServers);
    return resolver;
  }

  return {
    /** Looks whether all is there that a domain's owner has to set. */
    async lookUp({ domain, token, authorization }: Domain): Promise<ObservedDns> {
      const resolver = newResolver();
      const [texts, v4, v6, aliases] = await Promise.all([
        ask(async () =>
          (await resolver.resolveTxt(tokenName(domain))).map((parts) => parts.join("")),
        ),
        ask(() => resolver.resolve4(domain)),
        ask(() => resolver.resolve6(domain)),
        authorization === null ? { are: [] } : ask(() => resolver.resolveCname(authorization.name)),
      ]);
      const target = authorization === null ? null : toHost(authorization.data);
      return {
        token: seenIn(texts, (text) => text.trim() === token),
        address: seenAddress([v4, v6], addresses),
        authorization: seenIn(aliases, (alias) => toHost(alias) === target),
      };
    },
  };
}

/** https://nodejs.org/api/dns.html#error-codes: there is no such name, or it has nothing of the type. */
const NOT_THERE = new Set(["ENOTFOUND", "ENODATA"]);

async function ask(lookUp: () => Promise<string[]>): Promise<Records> {
  try {
    return { are: await lookUp() };
  } catch (error) {
    const code = String((error as { code?: unknown }).code);
    return NOT_THERE.has(code) ? { are: [] } : { unknown: code };
  }
}

function seenIn(records: Records, isWanted: (record: string) => boolean): Seen {
  if ("unknown" in records) return { is: "unknown", why: records.unknown };
  return records.are.some(isWanted) ? { is: "found" } : { is: "absent", instead: records.are };
}

/** Whoever is led elsewhere, be it by one address of several, does not reach the site. */
function seenAddress(answers: Records[], addresses: string[]): Seen {
  const found = answers.flatMap((answer) => ("are" in answer ? answer.are : []));
  const strange = found.filter((address) => !addresses.includes(toOneForm(address)));
  if (strange.length > 0) return { is: "absent", instead: strange };
  const [unknown] = answers.flatMap((answer) => ("unknown" in answer ? [answer.unknown] : []));
  if (unknown !== undefined) return { is: "unknown", why: unknown };
  return found.length > 0 ? { is: "found" } : { is: "absent", instead: [] };
}

/** One and the same text for one address: IPv6 has many. */
function toOneForm(address: string): string {
  return ipaddr.isValid(address) ? ipaddr.parse(address).toNormalizedString() : address;
}

function toHost(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}
