/**
 * Whether a document is a tenant as this control plane writes it. People write to the database too, and one
 * record that nobody can read must not keep anybody from the others. Pure.
 *
 * @module
 */
import { isTenantId, JOB_KINDS, newTenant, STATUSES, WANTED } from "./tenant.ts";
import type { Operation, Outage, Tenant } from "./tenant.ts";

/** What a document holds, with dates for its timestamps. */
export type Fields = Record<string, unknown>;

type Is = (value: unknown) => boolean;

const isText: Is = (value) => typeof value === "string";
const isName: Is = (value) => isText(value) && value !== "";
const isDate: Is = (value) => value instanceof Date;
const isBoolean: Is = (value) => typeof value === "boolean";
const isCount: Is = (value) => Number.isInteger(value) && (value as number) >= 0;
const orNull =
  (is: Is): Is =>
  (value) =>
    value === null || is(value);
const oneOf =
  (values: readonly unknown[]): Is =>
  (value) =>
    values.includes(value);
const all =
  (fields: Record<string, Is>): Is =>
  (value) =>
    typeof value === "object" &&
    value !== null &&
    wrongFields(value as Fields, fields).length === 0;

const OUTAGE: Record<keyof Outage, Is> = { attempts: isCount, since: orNull(isDate) };

const OPERATION: Record<keyof Operation, Is> = {
  kind: oneOf(JOB_KINDS),
  generation: isCount,
  attempt: isCount,
  started_at: isDate,
  slot: orNull(isCount),
  deadline_at: orNull(isDate),
  outage: (value) => value === undefined || all(OUTAGE)(value),
};

const TENANT: Record<keyof Tenant, Is> = {
  id: (value) => isText(value) && isTenantId(value as string),
  organization: isText,
  subdomain: isName,
  email: isText,
  first_name: orNull(isText),
  last_name: orNull(isText),
  created_at: isDate,
  updated_at: isDate,
  desired: oneOf(WANTED),
  command_id: isText,
  requested_at: isDate,
  generation: isCount,
  status: oneOf(STATUSES),
  step: orNull(isText),
  reason: orNull(isText),
  error_message: orNull(isText),
  retryable: orNull(isBoolean),
  site_url: orNull(isText),
  observed_generation: isCount,
  operation: orNull(all(OPERATION)),
  queue_key: orNull(isText),
  next_reconcile_at: orNull(isDate),
};

function wrongFields(fields: Fields, are: Record<string, Is>): string[] {
  return Object.keys(are).filter((name) => are[name]?.(fields[name]) === false);
}

/** The names of the fields that a tenant of this id cannot have so. A copied document bears another's id. */
export function damagedFields(fields: Fields, id: string): string[] {
  const wrong = wrongFields(fields, TENANT);
  return wrong.includes("id") || fields["id"] === id ? wrong : ["id", ...wrong];
}

/** The `reason` of a tenant whose record is shown though it is damaged. */
const RECORD_DAMAGED = "RecordDamaged";

/** When a document was made and last written, as the database knows. */
export interface DocumentTimes {
  createdAt: Date;
  updatedAt: Date;
}

/** What can be shown of a damaged record: what is whole as it is, and a sentence on the rest. */
export function showDamaged(
  fields: Fields,
  id: string,
  damaged: readonly string[],
  times: DocumentTimes,
): Tenant {
  const whole = Object.entries(fields).filter(([name]) => !damaged.includes(name));
  return {
    ...nothingKnown(id, times),
    ...Object.fromEntries(whole),
    id,
    reason: RECORD_DAMAGED,
    error_message: `The tenant's record is damaged (${damaged.join(", ")}). An operator has to correct it.`,
    retryable: false,
  };
}

/** In place of what cannot be read. A tenant of which not even the status is known needs somebody's eyes. */
function nothingKnown(id: string, { createdAt, updatedAt }: DocumentTimes): Tenant {
  const unknown = { id, commandId: "", organization: "", subdomain: "", email: "" };
  return {
    ...newTenant(unknown, createdAt),
    updated_at: updatedAt,
    generation: 0,
    status: "failed",
    next_reconcile_at: null,
  };
}
