/**
 * Whether a document is a custom domain as this control plane writes it. People write to the database too, and one record
 * that nobody can read must not keep anybody from the others. Pure.
 *
 * @module
 */
import { all, isDate, isName, oneOf, orNull, wrongFields } from "../tenant/field-checks.ts";
import type { Checks, Fields } from "../tenant/field-checks.ts";
import { isTenantId } from "../tenant/names.ts";
import { DOMAIN_REASONS, DOMAIN_STATES, newDomain } from "./domain.ts";
import type { Domain } from "./domain.ts";

const DOMAIN: Checks<Domain> = {
  domain: isName,
  tenant_id: (value) => isName(value) && isTenantId(String(value)),
  wanted: oneOf(["present", "absent"]),
  command_id: isName,
  created_at: isDate,
  requested_at: isDate,
  requested_by: all({ name: isName, request_id: orNull(isName), reason: orNull(isName) }),
  token: isName,
  state: oneOf(DOMAIN_STATES),
  state_since: isDate,
  reason: orNull(oneOf(DOMAIN_REASONS)),
  message: orNull(isName),
  authorization: orNull(all({ name: isName, type: isName, data: isName })),
  gone_since: orNull(isDate),
  unknown_since: orNull(isDate),
  retry_at: orNull(isDate),
  checked_at: orNull(isDate),
  next_check_at: orNull(isDate),
};

/** The fields of a document that are not as they should be. */
export function damagedDomainFields(fields: Fields, id: string): string[] {
  const wrong = wrongFields(fields, DOMAIN);
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
