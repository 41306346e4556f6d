/**
 * What of a caller's input may be taken, said anew beside the schemas, so that a schema that has lost its
 * point is noticed.
 *
 * @module
 */
import { domainToASCII } from "node:url";
import { Ajv2020 } from "ajv/dist/2020.js";
import { RESERVED_SUBDOMAINS } from "../../functions/api/tenants/reserved-subdomains.ts";
import { DEFAULT_BENCH } from "../../shared/configuration/bench.ts";
import {
  emailSchema,
  organizationSchema,
  firstNameSchema,
  lastNameSchema,
  reasonSchema,
  subdomainSchema,
} from "../../shared/tenant/field-schemas.ts";

export type Rule = (value: unknown) => boolean;

const ajv = new Ajv2020();

/** A text that both its schema and the point of that schema allow. */
function text(schema: object, point: RegExp): Rule {
  const check = ajv.compile(schema);
  return (value) => typeof value === "string" && check(value) && point.test(value);
}

/** Nothing that is not seen, or that HTML, a shell or a path would take for its own. */
const names = /^\S([^\p{C}<>"`$\\/]*\S)?$/u;

const subdomain = text(subdomainSchema, /^[a-z0-9][a-z0-9-]{1,28}[a-z0-9]$/i);

const ZONES = new Set(["UTC", ...Intl.supportedValuesOf("timeZone")]);

/** Of the fields that callers fill. */
export const RULES = {
  organization: text(organizationSchema, names),
  subdomain: (value) => subdomain(value) && !RESERVED_SUBDOMAINS.has(String(value).toLowerCase()),
  email: text(emailSchema, /^[!-?A-~]+@[a-z0-9.-]+$/i),
  first_name: text(firstNameSchema, names),
  last_name: text(lastNameSchema, names),
  time_zone: (value) => ZONES.has(String(value)),
  reason: text(reasonSchema, /^\S(\P{Cc}*\S)?$/u),
} as const satisfies Record<string, Rule>;

/** The rule of each field of a tenant's body. */
const TENANT_RULES = new Map<string, Rule>([
  ["organization", RULES.organization],
  ["school_name", RULES.organization],
  ["email", RULES.email],
  ["subdomain", orNull(RULES.subdomain)],
  ["first_name", orNull(RULES.first_name)],
  ["last_name", orNull(RULES.last_name)],
  ["login_link", (value) => typeof value === "boolean"],
  ["canary", (value) => typeof value === "boolean"],
  ["time_zone", orNull(RULES.time_zone)],
  // No backup is there.
  ["from_backup", (value) => value === null],
]);

/** The same for a login link. */
const LINK_RULES = new Map<string, Rule>([
  ["email", orNull(RULES.email)],
  ["reason", orNull(RULES.reason)],
]);

/** The same for a pin. */
const PIN_RULES = new Map<string, Rule>([
  ["reason", RULES.reason],
  ["until", orNull((value) => new Date(String(value)) > new Date())],
]);

/** The same for an upgrade: there is one bench. */
const UPGRADE_RULES = new Map<string, Rule>([
  ["bench", (value) => value === DEFAULT_BENCH],
  ["reason", orNull(RULES.reason)],
]);

/** The same for a custom domain: of host names the longest that can have a name below it, and none of the sites' own. */
const DOMAIN_RULES = new Map<string, Rule>([["domain", isDomain]]);

export function isDomain(value: unknown): boolean {
  const ascii = domainToASCII(String(value)).replace(/\.$/, "");
  const isHost = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*$/.test(ascii);
  return isHost && ascii.length <= 237 && !/(^|\.)kairos\.app$/.test(ascii);
}

export function orNull(rule: Rule): Rule {
  return (value) => value === null || rule(value);
}

/** Whether a body, in bytes, is one that may have an effect at this target. */
export function isAcceptable(bytes: string, target: string): boolean {
  const rules = rulesFor(target);
  const fields = parse(bytes);
  return (
    typeof fields === "object" &&
    fields !== null &&
    Object.entries(fields).every(([name, value]) => rules.get(name)?.(value) ?? false)
  );
}

function rulesFor(target: string): ReadonlyMap<string, Rule> {
  if (target.includes("/domains")) return DOMAIN_RULES;
  if (target.includes("/pin")) return PIN_RULES;
  if (target.includes("/upgrade")) return UPGRADE_RULES;
  return target.includes("/login-links") ? LINK_RULES : TENANT_RULES;
}

function parse(bytes: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(Buffer.from(bytes, "latin1")));
  } catch {
    return null;
  }
}
