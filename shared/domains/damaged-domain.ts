/**
 * Whether a document is a custom domain as this control plane writes it. People write to the database too, and one record
 * that nobody can read must not keep anybody from the others. Pure.
 *
 * @module
 */
import { isTenantId } from "../tenant/names.ts";
import { DOMAIN_REASONS, DOMAIN_STATES, newDomain } from "./domain.ts";
import type { Domain } from "./domain.ts";

type Fields = Readonly<Record<string, unknown>>;
type Is = (value: unknown) => boolean;

const isText: Is = (value) => typeof value === "string" && value !== "";
const isTime: Is = (value) => value instanceof Date && !Number.isNaN(value.getTime());
const orNull =
  (is: Is): Is =>
  (value) =>
    value === null || is(value);
const oneOf =
  (values: readonly unknown[]): Is =>
  (value) =>
    values.includes(value);
const holds =
  (fields: Readonly<Record<string, Is>>): Is =>
  (value) =>
    typeof value === "object" && value !== null && wrongIn(value as Fields, fields).length === 0;

const DOMAIN: Record<keyof Domain, Is> = {
  domain: isText,
  tenant_id: (value) => isText(value) && isTenantId(String(value)),
  wanted: oneOf(["present", "absent"]),
  command_id: isText,
  created_at: isTime,
  requested_at: isTime,
  requested_by: holds({ name: isText, request_id: orNull(isText), reason: orNull(isText) }),
  token: isText,
  state: oneOf(DOMAIN_STATES),
  state_since: isTime,
  reason: orNull(oneOf(DOMAIN_REASONS)),
  message: orNull(isText),
  authorization: orNull(holds({ name: isText, type: isText, data: isText })),
  gone_since: orNull(isTime),
  unknown_since: orNull(isTime),
  retry_at: orNull(isTime),
  checked_at: orNull(isTime),
  next_check_at: orNull(isTime),
};

function wrongIn(value: Fields, fields: Readonly<Record<string, Is>>): string[] {
  return Object.entries(fields)
    .filter(([name, is]) => !Object.hasOwn(value, name) || !is(value[name]))
    .map(([name]) => name);
}

/** The fields of a document that are not as they should be. */
export function damagedDomainFields(fields: Fields, id: string): string[] {
  const wrong = wrongIn(fields, DOMAIN);
  return wrong.length === 0 && fields["domain"] !== id ? ["domain"] : wrong;
}

/** A damaged record as it can be shown: what is damaged is as if nobody had touched the domain yet, and said so. */
export function showDamagedDomain(
  fields: Fields,
  id: string,
  damaged: readonly string[],
  createdAt: Date,
): Domain {
  const nobody = { name: "nobody", request_id: null, reason: null };
  const asked = { domain: id, tenantId: "", token: "", commandId: "", requestedBy: nobody };
  const sound = Object.entries(fields).filter(
    ([name]) => Object.hasOwn(DOMAIN, name) && !damaged.includes(name),
  );
  return {
    ...newDomain(asked, createdAt),
    ...(Object.fromEntries(sound) as Partial<Domain>),
    domain: id,
    reason: null,
    message: `The record is damaged in: ${damaged.join(", ")}.`,
  };
}
