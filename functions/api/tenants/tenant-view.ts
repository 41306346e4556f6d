/**
 * The API's view of a tenant: the schemas of it, and how it is made of a record. Pure.
 *
 * @module
 */
import type { FromSchema, JSONSchema } from "json-schema-to-ts";
import { backupIdSchema, tenantIdSchema } from "../../../shared/tenant/field-schemas.ts";
import { undoUntil } from "../../../shared/tenant/site-database.ts";
import { TOLD_STATES, toStatusView } from "../../../shared/tenant/status-event.ts";
import { isQuiet } from "../../../shared/tenant/tenant-copy.ts";
import { benchOf, PHASES } from "../../../shared/tenant/tenant.ts";
import type { NewestBackup, Tenant, Upgrade } from "../../../shared/tenant/tenant.ts";
import { progressSchema } from "../history/operation-progress.ts";
import { named } from "../http/named-schema.ts";

export const statusSchema = {
  type: "string",
  enum: PHASES,
  description: `one of ${PHASES.join(", ")}`,
} as const satisfies JSONSchema;

const time = { type: "string", format: "date-time" } as const;
const text = { type: ["string", "null"] } as const;

const statusFields = {
  id: tenantIdSchema,
  subdomain: { type: "string", description: "The site is at this name below the base domain." },
  status: {
    ...statusSchema,
    description:
      "What was last verified. `deleting` ends in 404. `deleted` is shown to whoever asks for deleted tenants only.",
  },
  site_url: { ...text, description: "Where the site is; null until it was verified." },
  error_message: {
    ...text,
    description:
      "Why the newest attempt failed, in the words of what failed; or, while `retryable` is null, what it waits for.",
  },
  step: { ...text, description: "At which step the site Job is, or failed." },
  reason: { ...text, description: "Why the status is what it is, for programs: PascalCase." },
  retryable: {
    type: ["boolean", "null"],
    description: "Whether another attempt may succeed; null while nothing has failed.",
  },
  generation: { type: "integer", description: "Counts the commands: raised by each." },
  observed_generation: {
    type: "integer",
    description:
      "The newest command whose outcome is known; all is settled when it is `generation`.",
  },
  desired: { type: "string", enum: TOLD_STATES, description: "What is asked for." },
} as const satisfies Record<string, JSONSchema>;

const STATUS_FIELD_NAMES = [
  "id",
  "subdomain",
  "status",
  "site_url",
  "error_message",
  "step",
  "reason",
  "retryable",
  "generation",
  "observed_generation",
  "desired",
] as const satisfies (keyof typeof statusFields)[];

export const tenantStatusSchema = named("TenantStatus", {
  type: "object",
  additionalProperties: false,
  required: [...STATUS_FIELD_NAMES, "operation"],
  properties: {
    ...statusFields,
    operation: {
      oneOf: [progressSchema, { type: "null" }],
      description: "What is under way; null while nothing is.",
    },
  },
});

const verifyFailureSchema = named("VerifyFailure", {
  type: "object",
  additionalProperties: false,
  required: ["at", "backup", "reason", "message"],
  properties: {
    at: time,
    backup: { ...backupIdSchema, description: "Which backup it was." },
    reason: { type: "string", description: "For programs: PascalCase." },
    message: { ...text, description: "The same for people." },
  },
});

const newestBackupSchema = named("NewestBackup", {
  type: "object",
  additionalProperties: false,
  required: ["id", "requested_at", "verified_at", "last_verified_at", "verify_failure"],
  properties: {
    id: backupIdSchema,
    requested_at: {
      ...time,
      description: "When it was asked for. What it holds is as of then or later.",
    },
    verified_at: {
      ...time,
      type: ["string", "null"],
      description: "When it was last restored apart and found whole; null before.",
    },
    last_verified_at: {
      ...time,
      type: ["string", "null"],
      description: "The same of the newest that was, be it this or an older one.",
    },
    verify_failure: {
      oneOf: [verifyFailureSchema, { type: "null" }],
      description:
        "Why the newest attempt to restore one apart failed; null where it did not. The site is as good as before.",
    },
  },
});

const UPGRADE_STATES = ["running", "reverting", "reverted"] as const;

const upgradeSchema = named("UpgradeOfTenant", {
  type: "object",
  additionalProperties: false,
  required: ["from", "to", "state", "failed_at", "step", "patch", "reason", "message", "log"],
  properties: {
    from: { type: "string" },
    to: { type: "string" },
    state: {
      type: "string",
      enum: UPGRADE_STATES,
      description:
        "`reverting`: it has failed, and the site is taken back to its old bench. `reverted`: it works there again.",
    },
    failed_at: { ...time, type: ["string", "null"] },
    step: { ...text, description: "At which step it failed." },
    patch: { ...text, description: "The patch of an app's that failed; null where it was none." },
    reason: { ...text, description: "For programs: PascalCase." },
    message: { ...text, description: "The same for people." },
    log: { ...text, description: "The path of the operation, which has the end of the log." },
  },
});

export const tenantSchema = named("Tenant", {
  type: "object",
  additionalProperties: false,
  required: [
    ...STATUS_FIELD_NAMES,
    "organization",
    "email",
    "first_name",
    "last_name",
    "backup",
    "created_at",
    "updated_at",
    "purge_at",
    "undo_until",
    "quiet",
    "bench",
    "upgrade",
  ],
  properties: {
    ...statusFields,
    organization: { type: "string" },
    email: { type: "string" },
    first_name: text,
    last_name: text,
    backup: {
      oneOf: [newestBackupSchema, { type: "null" }],
      description: "Its newest good backup; null before the first.",
    },
    created_at: time,
    updated_at: time,
    purge_at: {
      type: ["string", "null"],
      format: "date-time",
      description:
        "Until when its deletion can be taken back; null where there is none to take back.",
    },
    undo_until: {
      type: ["string", "null"],
      format: "date-time",
      description:
        "Until when its newest restore can be taken back; null where nothing is kept of what the site was before.",
    },
    bench: { type: "string", description: "The bench where its site is, or is to be made." },
    upgrade: {
      oneOf: [upgradeSchema, { type: "null" }],
      description: "The upgrade that is under way, or that has failed; null where neither is.",
    },
    quiet: {
      type: "boolean",
      description:
        "Whether the site, made of a backup, sends no mail and does nothing by itself until it is resumed.",
    },
  },
});
type TenantView = FromSchema<typeof tenantSchema>;

function toBackup({ id, requested_at, verified_at, tests }: NewestBackup): TenantView["backup"] {
  const failure = tests?.failure ?? null;
  return {
    id,
    requested_at: requested_at.toISOString(),
    verified_at: verified_at && verified_at.toISOString(),
    last_verified_at: tests?.passed_at?.toISOString() ?? null,
    verify_failure: failure && {
      at: failure.at.toISOString(),
      backup: failure.backup,
      reason: failure.reason,
      message: failure.message,
    },
  };
}

function toUpgrade(
  id: string,
  { from, to, under_way, failure }: Upgrade,
): NonNullable<TenantView["upgrade"]> {
  const failed = under_way ? "reverting" : "reverted";
  return {
    from,
    to,
    state: failure === null ? "running" : failed,
    failed_at: failure && failure.at.toISOString(),
    step: failure && failure.step,
    patch: failure && failure.patch,
    reason: failure && failure.reason,
    message: failure && failure.message,
    log: failure && `/tenants/${id}/operations/${failure.operation}`,
  };
}

/** All of a tenant that callers see. */
export function toView(tenant: Tenant): TenantView {
  const { organization, email, first_name, last_name } = tenant.profile;
  const { backup, upgrade } = tenant.status;
  return {
    ...toStatusView(tenant),
    organization,
    email,
    first_name,
    last_name,
    backup: backup && toBackup(backup),
    created_at: tenant.created_at.toISOString(),
    updated_at: tenant.updated_at.toISOString(),
    purge_at: tenant.spec.retention?.purge_at.toISOString() ?? null,
    undo_until: undoUntil(tenant)?.toISOString() ?? null,
    quiet: isQuiet(tenant),
    bench: benchOf(tenant),
    upgrade: upgrade && toUpgrade(tenant.id, upgrade),
  };
}
