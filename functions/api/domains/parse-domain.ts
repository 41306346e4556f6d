/**
 * Whether a text is a domain that a customer may have of their own. It knows the public suffixes (https://publicsuffix.org),
 * which are long, so it is loaded by the request that needs it.
 *
 * @module
 */
import { isIP } from "node:net";
import { domainToASCII } from "node:url";
import { parse } from "tldts";

/** The domain in lower case and in ASCII, or the end of the sentence "domain must …". */
export type ParsedDomain = { ok: true; domain: string } | { ok: false; why: string };

/** A name below it, `_acme-challenge.DOMAIN`, has to be one of 253 characters at most. */
const MAX_LENGTH = 237;

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** Parses what a caller has given. A dot at the end is as good as none. */
export function parseDomain(given: string, baseDomain: string): ParsedDomain {
  const text = given.toLowerCase().replace(/\.$/, "");
  const address = text.replace(/^\[(.*)\]$/, "$1");
  if (isIP(address) !== 0) return refuse("be a name, and not an address");
  if (text.includes("*")) return refuse("be one name: there are no wildcards");
  if (text.includes("_")) return refuse("have no underscore, which no host name has");
  if (/[/:@?#%\\[\]]/.test(text)) {
    return refuse("be a name alone, without scheme, port or path");
  }
  const domain = /^[\x21-\x7e]*$/.test(text) ? text : domainToASCII(text);
  if (!domain.includes(".")) return refuse("have a dot, as shop.example.com has");
  if (!domain.split(".").every((label) => LABEL.test(label))) {
    return refuse(
      "have labels of 1 to 63 letters, digits or hyphens, with no hyphen at either end of one",
    );
  }
  if (domain.length > MAX_LENGTH) return refuse(`have ${MAX_LENGTH} characters at most, in ASCII`);
  if (domain === baseDomain || domain.endsWith(`.${baseDomain}`)) {
    return refuse(`not be ${baseDomain} or below it: those names are the sites' own`);
  }
  return withSuffix(domain);
}

function withSuffix(domain: string): ParsedDomain {
  const {
    publicSuffix,
    isIcann,
    isPrivate,
    domain: registered,
  } = parse(domain, {
    allowPrivateDomains: true,
    extractHostname: false,
  });
  if (isIcann !== true && isPrivate !== true) {
    return refuse(`end with a public top-level domain, and .${publicSuffix} is none`);
  }
  if (registered === null) {
    return refuse(`be below ${domain}: that is a public suffix, under which anybody may register`);
  }
  return { ok: true, domain };
}

function refuse(why: string): ParsedDomain {
  return { ok: false, why };
}
