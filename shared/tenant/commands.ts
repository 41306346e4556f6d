/**
 * What a caller may ask of a tenant that is there, and what each command changes in its record; and what
 * of the profile may be corrected, which is no command. Pure.
 *
 * @module
 */
import { changed, refused } from "./command-effect.ts";
import type { CommandEffect, CommandRequest } from "./command-effect.ts";
import { applyDeletion } from "./deletion-commands.ts";
import { requestExport } from "./export-command.ts";
import type { ExportCommand } from "./export-command.ts";
import type { DeleteCommand, DeletionCommand, PlainDeletionCommand } from "./deletion-commands.ts";
import { applyRestore } from "./restore-commands.ts";
import type { ForgetKeptCommand, RestoreCommand, UndoRestoreCommand } from "./restore-commands.ts";
import {
  addSeconds,
  BACKUP_KIND,
  DAY_SECONDS,
  hasFailed,
  isSettled,
  isIdle,
  isRequested,
  isToGo,
  siteOf,
  TEST_RESTORE_KIND,
  withBackup,
  withLoginLink,
  withoutPendingLink,
} from "./tenant.ts";
import { migratesAgain } from "./site-upgrade.ts";
import { requestUpgrade } from "./upgrade-command.ts";
import type { UpgradeCommand } from "./upgrade-command.ts";
import type { BackupRequest, Profile, Spec, Tenant } from "./tenant.ts";

/** A command that says all by its name. */
export type Command = PlainDeletionCommand | "retry" | "suspend" | "resume";

/** A command that asks for a login link. */
export interface LoginLinkCommand {
  name: "login-link";
  /** The SHA-256 of its key, in hex. */
  keyHash: string;
  /** Whose it is to be; null for the tenant's own user. */
  email: string | null;
  /** Why. Whoever is not the tenant's own user gets none without it. */
  reason: string | null;
}

/** A command that gives the tenant another name. */
export interface RenameCommand {
  name: "rename";
  subdomain: string;
}

/** A command of the control plane's own: the names that a tenant has had for long enough lead to it no longer. */
export interface ForgetNamesCommand {
  name: "forget-names";
}

/** A command that asks for a backup. */
export interface BackupCommand {
  name: "backup";
  backup: BackupRequest;
}

/** A command of the control plane's own: the newest backup is restored apart, to see that it can be. */
export interface TestRestoreCommand {
  name: "test-restore";
}

export type CommandWithFields =
  | TestRestoreCommand
  | RestoreCommand
  | UndoRestoreCommand
  | ForgetKeptCommand
  | DeleteCommand
  | LoginLinkCommand
  | RenameCommand
  | ForgetNamesCommand
  | BackupCommand
  | ExportCommand
  | UpgradeCommand;

/** How long a former name leads to the newest one. */
export const FORMER_NAME_DAYS = 30;

/** More names a tenant has not had at once. */
const MAX_FORMER_NAMES = 5;

/** What a caller may correct or mark. None of it reaches a site that is made already. */
export type Corrections = Partial<
  Pick<Profile, "organization" | "email" | "time_zone"> & Pick<Spec, "canary" | "pin">
>;

const BEING_DELETED = "The tenant is being deleted.";

const NOBODYS = "The tenant is a standby of the pool: no customer has it yet.";

/** What the command comes to for this tenant. */
export function applyCommand(
  tenant: Tenant,
  command: Command | CommandWithFields,
  issued: CommandRequest,
): CommandEffect {
  if (isDeletion(command)) return applyDeletion(tenant, command, issued);
  if (isToGo(tenant) && !isLastBackup(command, tenant)) return refused(BEING_DELETED);
  if (tenant.spec.state === "standby") return refused(NOBODYS);
  if (typeof command === "object") return applyWithFields(tenant, command, issued);
  switch (command) {
    case "retry":
      return requestRetry(tenant, issued);
    case "suspend":
      return requestState(tenant, "suspended", issued);
    case "resume":
      return requestState(tenant, "present", issued);
  }
}

function isDeletion(command: Command | CommandWithFields): command is DeletionCommand {
  const name = typeof command === "object" ? command.name : command;
  return name === "delete" || name === "undelete";
}

/** Whether it asks for the backup before a site that was kept is dropped. */
function isLastBackup(command: Command | CommandWithFields, { spec }: Tenant): boolean {
  const isBackup = typeof command === "object" && command.name === "backup";
  return isBackup && command.backup.kind === "before-purge" && spec.state === "retained";
}

/** Whether a command reaches a tenant that is gone for callers. */
export function reachesDeleted(command: Command | CommandWithFields): boolean {
  if (typeof command !== "object") return command === "undelete";
  return command.name === "delete" && command.purge;
}

function applyWithFields(
  tenant: Tenant,
  command: Exclude<CommandWithFields, DeleteCommand>,
  issued: CommandRequest,
): CommandEffect {
  switch (command.name) {
    case "login-link":
      return requestLoginLink(tenant, command, issued);
    case "rename":
      return requestName(tenant, command, issued);
    case "forget-names":
      return forgetNames(tenant, issued);
    case "backup":
      return requestBackup(tenant, command, issued);
    case "export":
      return requestExport(tenant, command, issued);
    case "upgrade":
      return requestUpgrade(tenant, command, issued);
    case "test-restore":
      return requestTest(tenant, issued);
    case "restore":
    case "undo-restore":
    case "forget-kept":
      return applyRestore(tenant, command, issued);
  }
}

/** What a correction comes to for this tenant. Its site is left as it is, so no generation begins. */
export function correct(tenant: Tenant, corrections: Corrections, now: Date): CommandEffect {
  if (isToGo(tenant)) return refused(BEING_DELETED);
  if (tenant.spec.state === "standby") return refused(NOBODYS);
  const { canary, pin, ...said } = corrections;
  const profile = differences(tenant.profile, said);
  const marks = {
    ...(canary !== undefined && { canary }),
    ...(pin !== undefined && { pin }),
  };
  const spec = differences(tenant.spec, marks);
  if (Object.keys({ ...profile, ...spec }).length === 0) return { outcome: "unchanged" };
  const changes = { profile, spec, updated_at: now };
  return { outcome: "changed", changes };
}

/** Of some fields those that are not so already. */
function differences<T extends object>(now: T, wanted: Partial<T>): Partial<T> {
  const entries = Object.entries(wanted) as [keyof T, unknown][];
  return Object.fromEntries(
    entries.filter(([name, value]) => !isSame(now[name] ?? null, value ?? null)),
  ) as Partial<T>;
}

function isSame(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

/** A command that was given up is requested once more. */
function requestRetry(tenant: Tenant, issued: CommandRequest): CommandEffect {
  if (!hasFailed(tenant)) return refused("Nothing of the tenant has failed.");
  const isQueued = siteOf(tenant) === null || tenant.status.phase === "failed";
  return changed(tenant, issued, {}, isQueued ? { phase: "queued", ...migratesAgain(tenant) } : {});
}

/** The phases `active` and `suspended` are left only when the change is verified. */
function requestState(
  tenant: Tenant,
  state: "suspended" | "present",
  issued: CommandRequest,
): CommandEffect {
  const site = siteOf(tenant);
  if (site === null) return refused("The tenant has no site yet.");
  const endsQuiet = state === "present" && tenant.spec.quiet;
  if (tenant.spec.state === state && !hasFailed(tenant) && !endsQuiet) {
    return { outcome: "unchanged" };
  }
  const more = endsQuiet ? { quiet: false } : {};
  const withdrawn = state === "suspended" ? withoutPendingLink(tenant) : {};
  return changed(
    tenant,
    issued,
    { state, ...withdrawn, ...more },
    { site: { ...site, suspended: null } },
  );
}

/** Only of a site that works as it is: whoever gets a link shall find it open. */
function requestLoginLink(
  tenant: Tenant,
  { keyHash, email, reason }: LoginLinkCommand,
  issued: CommandRequest,
): CommandEffect {
  const own = tenant.profile.email.toLowerCase();
  const user = email?.toLowerCase() ?? own;
  if (user !== own && reason === null) {
    const why = "reason is required for anyone but the tenant's own user";
    return { outcome: "refused", why, field: "reason" };
  }
  const closed = whyClosed(tenant);
  if (closed !== null) return refused(closed);
  const link = { key_hash: keyHash, user };
  const requestedBy = { ...issued.requestedBy, reason };
  return changed(tenant, { ...issued, requestedBy }, withLoginLink(tenant.spec.requests, link), {});
}

/** Why visitors do not reach the site; null where they do. */
function whyClosed({ spec, status: { site } }: Tenant): string | null {
  if (site === null || site.host === null) return "The tenant has no site yet.";
  if (spec.state !== "present") return "The tenant is suspended.";
  return site.suspended === false ? null : "The tenant is being resumed.";
}

/** Only of a site that visitors reach, for the new name is proved by a visit. One change of the name at a time. */
function requestName(
  tenant: Tenant,
  { subdomain }: RenameCommand,
  issued: CommandRequest,
): CommandEffect {
  const { spec, status } = tenant;
  if (spec.subdomain === subdomain && !hasFailed(tenant)) return { outcome: "unchanged" };
  const closed = whyClosed(tenant);
  if (closed !== null) return refused(closed);
  if (!isSettled(tenant) && status.site?.subdomain !== spec.subdomain) {
    return refused("The tenant is being renamed.");
  }
  const former_subdomains = spec.former_subdomains.filter((one) => one.subdomain !== subdomain);
  if (spec.subdomain !== null && spec.subdomain !== subdomain) {
    const until = addSeconds(issued.now, FORMER_NAME_DAYS * DAY_SECONDS);
    former_subdomains.push({ subdomain: spec.subdomain, until });
  }
  if (former_subdomains.length > MAX_FORMER_NAMES) {
    return refused(`The tenant has had ${MAX_FORMER_NAMES} names in ${FORMER_NAME_DAYS} days.`);
  }
  return changed(tenant, issued, { subdomain, former_subdomains }, {});
}

/** Not of a tenant that has failed: what failed would be told of no longer. */
function forgetNames(tenant: Tenant, issued: CommandRequest): CommandEffect {
  const { former_subdomains } = tenant.spec;
  const kept = former_subdomains.filter(({ until }) => until > issued.now);
  const isDue = kept.length < former_subdomains.length && isSettled(tenant) && !hasFailed(tenant);
  return isDue
    ? changed(tenant, issued, { former_subdomains: kept }, {})
    : { outcome: "unchanged" };
}

/** Of a site that nothing else is done to, suspended or not. One at a time. */
function requestBackup(
  tenant: Tenant,
  { backup }: BackupCommand,
  issued: CommandRequest,
): CommandEffect {
  if (siteOf(tenant) === null) return refused("The tenant has no site yet.");
  if (!isIdle(tenant)) {
    return isRequested(tenant, BACKUP_KIND)
      ? refused("A backup of the tenant is being made.")
      : refused("Something else is being done to the tenant's site.");
  }
  return changed(tenant, issued, withBackup(tenant.spec.requests, backup), {});
}

/** Not of a tenant that has failed: what failed would be told of no longer. */
function requestTest(tenant: Tenant, issued: CommandRequest): CommandEffect {
  const isAtRest = siteOf(tenant) !== null && isSettled(tenant) && !hasFailed(tenant);
  if (!isAtRest || tenant.status.backup === null) return { outcome: "unchanged" };
  const requests = { ...tenant.spec.requests, [TEST_RESTORE_KIND]: issued.commandId };
  return changed(tenant, issued, { requests }, {});
}
