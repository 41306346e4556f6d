/**
 * Whether a document is a tenant as this control plane writes it. People write to the database too, and one
 * record that nobody can read must not keep anybody from the others. Pure.
 *
 * @module
 */
import {
  all,
  ifThere,
  isBoolean,
  isCount,
  isDate,
  isMap,
  isMapOfTexts,
  isName,
  isText,
  listOf,
  oneOf,
  orNull,
  wrongFields,
} from "./field-checks.ts";
import type { Checks, Fields } from "./field-checks.ts";
import { isTenantId } from "./names.ts";
import { BACKUP_KINDS, newTenant, PHASES, SPEC_STATES } from "./tenant.ts";
import type {
  BackupRequest,
  ExportRequest,
  FormerSubdomain,
  KeptSite,
  LoginLink,
  NewestBackup,
  NewestExport,
  Operation,
  Outage,
  Pin,
  Profile,
  Requester,
  RestoreRequest,
  RestoreTestFailure,
  RestoreTests,
  Retention,
  Site,
  Spec,
  Standby,
  Status,
  Tenant,
  Upgrade,
  UpgradeFailure,
} from "./tenant.ts";

const OUTAGE: Checks<Outage> = { attempts: isCount, since: orNull(isDate) };

const operationOf = (kinds: readonly string[]): Checks<Operation> => ({
  kind: oneOf(kinds),
  generation: isCount,
  attempt: isCount,
  first_attempt: isCount,
  started_at: isDate,
  slot: orNull(isCount),
  slot_at: orNull(isDate),
  deadline_at: orNull(isDate),
  outage: ifThere(all(OUTAGE)),
});

const SITE: Checks<Site> = {
  name: isName,
  bench: isName,
  apps: orNull(isMapOfTexts),
  database: isName,
  host: orNull(isName),
  subdomain: orNull(isName),
  former_subdomains: listOf(isName),
  domains: listOf(isName),
  suspended: orNull(isBoolean),
  retained: isBoolean,
  quiet: isBoolean,
};

const FORMER_SUBDOMAIN: Checks<FormerSubdomain> = { subdomain: isName, until: isDate };

const STANDBY: Checks<Standby> = { bench: isName, image: isName, apps: listOf(isName) };

const RETENTION: Checks<Retention> = { from: oneOf(["present", "suspended"]), purge_at: isDate };

const ROOT: Checks<Pick<Tenant, "id" | "created_at" | "updated_at" | "sequence">> = {
  id: (value) => isText(value) && isTenantId(value as string),
  created_at: isDate,
  updated_at: isDate,
  sequence: isCount,
};

const PROFILE: Checks<Profile> = {
  organization: isText,
  email: isText,
  first_name: orNull(isText),
  last_name: orNull(isText),
  time_zone: ifThere(orNull(isText)),
};

/** Of whoever asked for something. */
export const REQUESTER: Checks<Requester> = {
  name: isName,
  request_id: orNull(isText),
  reason: orNull(isText),
};

const LOGIN_LINK: Checks<LoginLink> = {
  key_hash: isName,
  user: isName,
};

const BACKUP_REQUEST: Checks<BackupRequest> = {
  id: isName,
  kind: oneOf(BACKUP_KINDS),
  requested_at: isDate,
  expires_at: isDate,
};

const RESTORE_REQUEST: Checks<RestoreRequest> = {
  backup: isName,
  tenant: isName,
  database: isName,
  requested_at: isDate,
};

const EXPORT_REQUEST: Checks<ExportRequest> = { backup: isName };

const NEWEST_EXPORT: Checks<NewestExport> = {
  request: isName,
  backup: isName,
  folder: isName,
  expires_at: isDate,
};

const KEPT_SITE: Checks<KeptSite> = { database: isName, until: isDate };

const RESTORE_TEST_FAILURE: Checks<RestoreTestFailure> = {
  at: isDate,
  backup: isName,
  step: orNull(isText),
  reason: isName,
  message: orNull(isText),
  retryable: isBoolean,
};

const RESTORE_TESTS: Checks<RestoreTests> = {
  passed_at: orNull(isDate),
  failure: orNull(all(RESTORE_TEST_FAILURE)),
};

const NEWEST_BACKUP: Checks<NewestBackup> = {
  id: isName,
  requested_at: isDate,
  verified_at: orNull(isDate),
  nightly_at: orNull(isDate),
  tests: ifThere(all(RESTORE_TESTS)),
};

const UPGRADE_FAILURE: Checks<UpgradeFailure> = {
  at: isDate,
  step: orNull(isText),
  patch: orNull(isText),
  reason: isName,
  message: orNull(isText),
  retryable: isBoolean,
  operation: isName,
};

const UPGRADE: Checks<Upgrade> = {
  from: isName,
  to: isName,
  under_way: isBoolean,
  failure: orNull(all(UPGRADE_FAILURE)),
};

const PIN: Checks<Pin> = { reason: isName, until: orNull(isDate) };

const SPEC: Checks<Spec> = {
  state: oneOf(SPEC_STATES),
  bench: isName,
  subdomain: orNull(isName),
  former_subdomains: listOf(all(FORMER_SUBDOMAIN)),
  domains: listOf(isName),
  standby: orNull(all(STANDBY)),
  retention: orNull(all(RETENTION)),
  generation: isCount,
  command_id: isText,
  requested_at: isDate,
  requested_by: all(REQUESTER),
  requests: isMapOfTexts,
  login_link: orNull(all(LOGIN_LINK)),
  backup: orNull(all(BACKUP_REQUEST)),
  restore: orNull(all(RESTORE_REQUEST)),
  quiet: isBoolean,
  export: orNull(all(EXPORT_REQUEST)),
  canary: ifThere(isBoolean),
  pin: ifThere(orNull(all(PIN))),
};

const statusOf = (kinds: readonly string[]): Checks<Status> => ({
  phase: oneOf(PHASES),
  condition: oneOf(["blocked", "failed", null]),
  step: orNull(isText),
  step_since: orNull(isDate),
  reason: orNull(isText),
  message: orNull(isText),
  retryable: orNull(isBoolean),
  site: orNull(all(SITE)),
  removed: isBoolean,
  done: isMapOfTexts,
  observed_generation: isCount,
  operation: orNull(all(operationOf(kinds))),
  queue_key: orNull(isText),
  standby_key: orNull(isText),
  backup: orNull(all(NEWEST_BACKUP)),
  kept: listOf(all(KEPT_SITE)),
  export: orNull(all(NEWEST_EXPORT)),
  upgrade: orNull(all(UPGRADE)),
  next_backup_at: orNull(isDate),
  next_reconcile_at: orNull(isDate),
});

const PARTS = ["profile", "spec", "status"] as const;

/**
 * The paths of the fields that a tenant of this id cannot have so, such as `status.phase`. A copied document bears
 * another's id. `kinds` are those that an operation may have.
 */
export function damagedFields(fields: Fields, id: string, kinds: readonly string[]): string[] {
  const checks = { profile: PROFILE, spec: SPEC, status: statusOf(kinds) };
  const root = wrongFields(fields, ROOT);
  const inParts = PARTS.flatMap((part) => {
    const value = fields[part];
    if (!isMap(value)) return [part];
    return wrongFields(value, checks[part]).map((name) => `${part}.${name}`);
  });
  const isAnothers = !root.includes("id") && fields["id"] !== id;
  return [...(isAnothers ? ["id"] : []), ...root, ...inParts];
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
  const unknown = nothingKnown(id, times);
  const part = <Part extends (typeof PARTS)[number]>(name: Part): Tenant[Part] => ({
    ...unknown[name],
    ...wholeFields(fields[name], damaged, `${name}.`),
  });
  const status: Status = {
    ...part("status"),
    condition: "failed",
    reason: RECORD_DAMAGED,
    message: `The tenant's record is damaged (${damaged.join(", ")}). An operator has to correct it.`,
    retryable: false,
  };
  const { profile: _, spec: __, status: ___, ...root } = wholeFields(fields, damaged, "");
  return { ...unknown, ...root, id, profile: part("profile"), spec: part("spec"), status };
}

function wholeFields(fields: unknown, damaged: readonly string[], prefix: string): Fields {
  if (!isMap(fields)) return {};
  const whole = Object.entries(fields).filter(([name]) => !damaged.includes(`${prefix}${name}`));
  return Object.fromEntries(whole);
}

/** In place of what cannot be read. A tenant of which not even the phase is known needs somebody's eyes. */
function nothingKnown(id: string, { createdAt, updatedAt }: DocumentTimes): Tenant {
  const requestedBy = { name: "nobody known", request_id: null, reason: null };
  const asked = { id, commandId: "", requestedBy, organization: "", subdomain: "", email: "" };
  const tenant = newTenant(asked, createdAt);
  return {
    ...tenant,
    updated_at: updatedAt,
    spec: { ...tenant.spec, generation: 0 },
    status: { ...tenant.status, phase: "failed", next_reconcile_at: null },
  };
}
