/**
 * The API's view of a custom domain: the schemas of it, and how it is made of records. Pure, but for Node's own table of
 * Unicode.
 *
 * @module
 */
import type { FromSchema } from "json-schema-to-ts";
import { domainToUnicode } from "node:url";
import { isIPv6 } from "node:net";
import { DOMAIN_REASONS, DOMAIN_STATES, tokenName } from "../../../shared/domains/domain.ts";
import type { Domain } from "../../../shared/domains/domain.ts";
import { tenantIdSchema } from "../../../shared/tenant/field-schemas.ts";
import type { Tenant } from "../../../shared/tenant/tenant.ts";
import type { ApiDependencies } from "../http/endpoint.ts";
import { named } from "../http/named-schema.ts";

const text = { type: ["string", "null"] } as const;
const time = { type: ["string", "null"], format: "date-time" } as const;

const dnsRecordSchema = named("DnsRecord", {
  type: "object",
  additionalProperties: false,
  required: ["purpose", "name", "type", "value"],
  properties: {
    purpose: {
      type: "string",
      enum: ["ownership", "address", "certificate"],
      description:
        "`ownership` shows whose the domain is, `certificate` lets one be issued. For `address` either all of type A and AAAA are to be set, or the CNAME alone.",
    },
    name: { type: "string" },
    type: { type: "string" },
    value: { type: "string" },
  },
});
type DnsRecordView = FromSchema<typeof dnsRecordSchema>;

export const domainViewSchema = named("Domain", {
  type: "object",
  additionalProperties: false,
  required: [
    "tenant_id",
    "domain",
    "unicode",
    "state",
    "removing",
    "linked",
    "main",
    "reason",
    "message",
    "records",
    "requested_at",
    "checked_at",
    "next_check_at",
  ],
  properties: {
    tenant_id: tenantIdSchema,
    domain: { type: "string", description: "In lower case, and in ASCII." },
    unicode: { type: "string", description: "The same for people." },
    state: {
      type: "string",
      enum: DOMAIN_STATES,
      description:
        "`pending_dns` until its records are found, `issuing` until it has its certificate, `active`, or `degraded` while its DNS or its certificate is gone.",
    },
    removing: { type: "boolean", description: "Whether it is being removed. Then it is gone." },
    linked: { type: "boolean", description: "Whether visitors reach the site by it." },
    main: { type: "boolean", description: "Whether it is the site's main address." },
    reason: {
      ...text,
      enum: [...DOMAIN_REASONS, null],
      description: "Why it is not simply active, or what is not as it should be, for programs.",
    },
    message: { ...text, description: "The same for people." },
    records: {
      type: "array",
      items: dnsRecordSchema,
      description:
        "What its owner has to set in the DNS, and to leave there. That for the certificate is known some seconds after the domain was added.",
    },
    requested_at: {
      type: "string",
      format: "date-time",
      description: "When it was last asked for.",
    },
    checked_at: { ...time, description: "When its DNS was last looked at." },
    next_check_at: {
      ...time,
      description: "When it is looked at again; null when it is given up.",
    },
  },
});

/** What the API shows of a domain. */
export function toDomainView(
  domain: Domain,
  { id, status }: Pick<Tenant, "id" | "status">,
  settings: ApiDependencies["settings"],
): FromSchema<typeof domainViewSchema> {
  const { state, wanted, reason, message, requested_at, checked_at, next_check_at } = domain;
  const { site } = status;
  return {
    tenant_id: id,
    domain: domain.domain,
    unicode: domainToUnicode(domain.domain),
    state,
    removing: wanted === "absent",
    linked: site?.domains.includes(domain.domain) ?? false,
    main: site?.host === domain.domain,
    reason,
    message,
    records: recordsFor(domain, settings),
    requested_at: requested_at.toISOString(),
    checked_at: checked_at && checked_at.toISOString(),
    next_check_at: next_check_at && next_check_at.toISOString(),
  };
}

/** What its owner has to set. Whatever name below the base domain leads to the sites. */
function recordsFor(
  { domain, token, authorization }: Domain,
  { sitesAddresses, baseDomain }: ApiDependencies["settings"],
): DnsRecordView[] {
  const addresses = sitesAddresses.map((value) => ({
    purpose: "address" as const,
    name: domain,
    type: isIPv6(value) ? "AAAA" : "A",
    value,
  }));
  const { name, type, data } = authorization ?? { name: "", type: "", data: "" };
  return [
    { purpose: "ownership", name: tokenName(domain), type: "TXT", value: token },
    ...addresses,
    { purpose: "address", name: domain, type: "CNAME", value: `sites.${baseDomain}` },
    ...(authorization === null
      ? []
      : [{ purpose: "certificate" as const, name, type, value: data }]),
  ];
}

/** How soon it is worth asking again, while something is under way. */
export function domainPollHeaders({ wanted, state, reason }: Domain): Record<string, string> {
  const isWaiting = reason === "WaitingForTenant" || reason === "WaitingForSite";
  const isUnderWay = wanted === "absent" || state !== "active" || isWaiting;
  return isUnderWay && reason !== "GivenUp" ? { "Retry-After": "30" } : {};
}
