/**
 * The tenant's record in its three parts: what the customer said, what is desired, and what was observed.
 * Pure: no client library, no clock, no randomness.
 *
 * @module
 */

import type { AppVersions } from "./app-versions.ts";
import { DEFAULT_BENCH } from "../configuration/bench.ts";

/** The states of a tenant that a caller may ask for. */
export const DESIRED_STATES = ["present", "suspended", "absent"] as const;
export type DesiredState = (typeof DESIRED_STATES)[number];

/**
 * The states that a spec may have. `retained`: deleted, but for some time that can be taken back. `standby`: a site that
 * is made before anybody asks for one.
 */
export const SPEC_STATES = [...DESIRED_STATES, "retained", "standby"] as const;
export type SpecState = (typeof SPEC_STATES)[number];

/**
 * What was last verified of a tenant; the API's `status`. `deleting` ends in the record's own disappearance or, where the
 * deletion can be taken back, in `deleted`. Whoever is `deleted` is gone for callers.
 */
export const PHASES = [
  "queued",
  "provisioning",
  "active",
  "suspended",
  "failed",
  "deleting",
  "deleted",
] as const;
export type Phase = (typeof PHASES)[number];

/** The document `tenants/{id}`. */
export interface Tenant {
  id: string;
  created_at: Date;
  updated_at: Date;
  /** How many status events there have been: the number of the newest. */
  sequence: number;
  profile: Profile;
  spec: Spec;
  status: Status;
}

/** Who asked for something. */
export interface Requester {
  /** `key:NAME` for an API key, `google:ADDRESS` for a Google account; else the control plane's own part, such as `resync`. */
  name: string;
  /** The `X-Request-ID` of the request; null where none asked. */
  request_id: string | null;
  /** Why, where a caller has to say so. */
  reason: string | null;
}

/** What the customer said. Only corrections (PATCH) change it. Of a standby, which has no customer, all is empty. */
export interface Profile {
  organization: string;
  email: string;
  /** What the customer is called, for their user of the site. */
  first_name: string | null;
  last_name: string | null;
  /** Where the customer's clocks are: a name of the IANA's. Null or not there where nobody has said so. */
  time_zone?: string | null;
}

/** What is desired. Only commands change it. */
export interface Spec {
  state: SpecState;
  /** The bench where its site is to be. */
  bench: string;
  /** Null of a standby. */
  subdomain: string | null;
  /** The names that it had before, and that still lead to the newest one. */
  former_subdomains: FormerSubdomain[];
  /** The customer's own domains that are to lead to the site. The first is its main address. */
  domains: string[];
  /** What a standby is made with; null for everybody who is none. */
  standby: Standby | null;
  /** How the deletion can be taken back; null in every state but `retained`. */
  retention: Retention | null;
  /** Raised by every command, and by nothing else. */
  generation: number;
  /** Fresh with every command, so that a caller recognises its own write after an unclear commit. */
  command_id: string;
  /** When the newest command was requested. */
  requested_at: Date;
  /** Who requested it. */
  requested_by: Requester;
  /** What is to be done once: by the operation's kind, the id of the newest request. */
  requests: Record<string, string>;
  /** The newest login link that was asked for; null before the first. */
  login_link: LoginLink | null;
  /** The newest backup that was asked for; null before the first. */
  backup: BackupRequest | null;
  /** The newest restore that was asked for; null before the first. */
  restore: RestoreRequest | null;
  /** Whether the site, which is a copy of another one, is to keep from acting on the world. */
  quiet: boolean;
  /** The newest export that was asked for; null before the first. */
  export: ExportRequest | null;
  /** Whether rollouts move it before others. Not there where nobody has said so. */
  canary?: boolean;
  /** That rollouts leave it where it is. Null or not there where they do not. */
  pin?: Pin | null;
}

/** That a tenant is not to be moved to another bench but by a command of its own. */
export interface Pin {
  /** Why. */
  reason: string;
  /** Until when; null for as long as nobody takes it away. */
  until: Date | null;
}

/** What is left to know of a tenant that is retained. */
export interface Retention {
  /** The state that it had, and has again if its deletion is taken back. */
  from: "present" | "suspended";
  /** When its site may be dropped. */
  purge_at: Date;
}

/** A name that a tenant had. */
export interface FormerSubdomain {
  subdomain: string;
  /** Until when it stays the tenant's, and leads to the newest name. */
  until: Date;
}

/** What a standby's site is made with. One of anything else than new sites have now is of no use. */
export interface Standby {
  bench: string;
  image: string;
  apps: string[];
}

/** A login link as it is on record: its key is nowhere. */
export interface LoginLink {
  /** The SHA-256 of the key, in hex: also the id of the request in `requests`. */
  key_hash: string;
  /** The user of the site who may log in by it. */
  user: string;
}

/** Why backups are made. */
export const BACKUP_KINDS = ["nightly", "manual", "before-upgrade", "before-purge"] as const;
export type BackupKind = (typeof BACKUP_KINDS)[number];

/** A backup that is to be made. */
export interface BackupRequest {
  /** A UUID: also the id of the request in `requests`. */
  id: string;
  kind: BackupKind;
  requested_at: Date;
  /** Until when it is kept. */
  expires_at: Date;
}

/** A backup that is to be in the place of what the site has. */
export interface RestoreRequest {
  /** The backup's id. */
  backup: string;
  /** Whose backup it is. */
  tenant: string;
  /** The database that is made of it: another one for each request. */
  database: string;
  requested_at: Date;
}

/** A backup of which a bundle is to be made that anybody can read. */
export interface ExportRequest {
  /** The backup's id. */
  backup: string;
}

/** The newest bundle that was made of a backup. */
export interface NewestExport {
  /** The id of its request in `requests`. */
  request: string;
  backup: string;
  /** The folder below that of the backup's exports. */
  folder: string;
  /** Until when it can be fetched. */
  expires_at: Date;
}

/** What a site was before a restore, or before one was taken back: a database that is locked, and files. */
export interface KeptSite {
  database: string;
  /** Until when it is kept. */
  until: Date;
}

/** The newest backup that is whole. */
export interface NewestBackup {
  id: string;
  /** When it was asked for: what it holds is as of then or later. */
  requested_at: Date;
  /** When it was last restored apart and found whole; null before. */
  verified_at: Date | null;
  /** When the newest whole one of a night was asked for, be it this or an older one; null before. */
  nightly_at: Date | null;
  /** What came of restoring backups apart, this one or an older one; not there before the first. */
  tests?: RestoreTests;
}

/** What came of restoring backups apart. */
export interface RestoreTests {
  /** When the newest one that was found whole began; null before. */
  passed_at: Date | null;
  /** Why the newest one failed; null where it did not. */
  failure: RestoreTestFailure | null;
}

/** Why a backup could not be restored apart. */
export interface RestoreTestFailure {
  at: Date;
  /** Which backup it was. */
  backup: string;
  step: string | null;
  reason: string;
  message: string | null;
  retryable: boolean;
}

/** What was observed. Only reconciling changes it, but for what a command makes obsolete (`statusAfterCommand`). */
export interface Status {
  phase: Phase;
  /** What `reason` and `message` are about; null while nothing is wrong. */
  condition: "blocked" | "failed" | null;
  /** The step at which the site Job is, or at which it failed. */
  step: string | null;
  /** Since when it is there; null while no Job works. */
  step_since: Date | null;
  /** Why the phase is what it is: PascalCase, for programs. */
  reason: string | null;
  /** The same for people: why the newest attempt failed, or what blocks the site Job. */
  message: string | null;
  /** Whether another attempt may succeed; null unless an attempt has failed. */
  retryable: boolean | null;
  /** Null until a site was verified, and from a drop on. */
  site: Site | null;
  /** Whether a drop has verified that nothing of the site is left. */
  removed: boolean;
  /** By the operation's kind, the id of the newest request that was carried out. */
  done: Record<string, string>;
  /** The newest generation whose outcome is known. */
  observed_generation: number;
  operation: Operation | null;
  /**
   * Its place among those that wait for a slot, in the order of the text: drops first, then the oldest
   * command. Null when it does not wait.
   */
  queue_key: string | null;
  /** Null before the first. */
  backup: NewestBackup | null;
  /** What the site was before; the newest last. */
  kept: KeptSite[];
  /** Null before the first. */
  export: NewestExport | null;
  /** The upgrade that is under way, or that the site was last taken back from; null where neither is. */
  upgrade: Upgrade | null;
  /** When the next backup is due by itself, where there are backups. */
  next_backup_at: Date | null;
  /** Its id while it is a standby that is ready to be taken; else null. Whoever takes one looks here. */
  standby_key: string | null;
  /** When the resync shall look again; null when there is nothing left to do. */
  next_reconcile_at: Date | null;
}

/** A site on its way from one bench to another, or the way it did not get to its end. */
export interface Upgrade {
  from: string;
  to: string;
  /** Whether the site is, or may be, in between: it is whole in neither bench until this is false. */
  under_way: boolean;
  /** Why the site is taken back, or was; null where it is not. */
  failure: UpgradeFailure | null;
}

/** Why a site could not be upgraded. */
export interface UpgradeFailure {
  at: Date;
  step: string | null;
  /** The patch of an app's that failed; null where it was none, or nobody knows. */
  patch: string | null;
  reason: string;
  message: string | null;
  /** Whether another attempt might have succeeded. */
  retryable: boolean;
  /** The id of the operation, whose log says more. */
  operation: string;
}

/** The site as it was last verified. */
export interface Site extends SiteNames {
  /** Its permanent name in the bench. */
  name: string;
  /** The bench where it is. */
  bench: string;
  /** Its apps; null while nobody knows. */
  apps: AppVersions | null;
  /** Its database's name, and that of its only user. A restore gives it another one. */
  database: string;
  /** Its main address; null while it is nobody's. */
  host: string | null;
  /** Null from the command that asks for a change until the change is verified, and while it is retained. */
  suspended: boolean | null;
  /** Whether it is closed, and kept in case the deletion is taken back; false as soon as it is. */
  retained: boolean;
  /** Whether it is kept from acting on the world. */
  quiet: boolean;
}

/** The names by which visitors reach a site. */
export interface SiteNames {
  /** Null while it is nobody's. */
  subdomain: string | null;
  /** They lead to the main address. */
  former_subdomains: string[];
  /** The first is the main address. */
  domains: string[];
}

/**
 * One kind of work at the site, and how far it is. It is recorded, in the same write as its slot, before anything of
 * it exists in the cluster.
 */
export interface Operation {
  /** One of the kinds in `operations/registry.ts`. */
  kind: string;
  /** The tenant's generation that this operation carries out. */
  generation: number;
  /** Counts from 1 within a generation. */
  attempt: number;
  /** The operation's first attempt: above 1 where another one came before it under the same generation. */
  first_attempt: number;
  /** When this attempt may begin: in the future while it pauses after a failed one. */
  started_at: Date;
  /** Where its Job may run: null before the attempt has its slot, and after its outcome is known. */
  slot: number | null;
  /** When it got its slot; null before. */
  slot_at: Date | null;
  /** When the attempt is given up; null while it has no slot. */
  deadline_at: Date | null;
  /** The attempts that failed for an outage of what all sites share; not there before the first. */
  outage?: Outage;
}

/** Attempts of an operation that count as none. */
export interface Outage {
  attempts: number;
  /** When the outage began that the last attempt met; null when that failed for something else. */
  since: Date | null;
}

/** What reconciling changes. */
export type StatusChanges = Partial<Status>;

/** What may change in a tenant's record after it was made. */
export interface TenantChanges {
  /** Only when a standby becomes a customer's. */
  created_at?: Date;
  updated_at?: Date;
  sequence?: number;
  profile?: Partial<Profile>;
  spec?: Partial<Spec>;
  status?: StatusChanges;
}

/** The record with its changes. */
export function withChanges(tenant: Tenant, changes: TenantChanges): Tenant {
  return {
    ...tenant,
    created_at: changes.created_at ?? tenant.created_at,
    updated_at: changes.updated_at ?? tenant.updated_at,
    sequence: changes.sequence ?? tenant.sequence,
    profile: { ...tenant.profile, ...changes.profile },
    spec: { ...tenant.spec, ...changes.spec },
    status: { ...tenant.status, ...changes.status },
  };
}

/** The document `deletions/{tenantId}`: that a tenant was deleted. It holds no personal data. */
export interface Deletion {
  requested_at: Date;
  completed_at: Date | null;
  /** Where the end was not the plain one, such as `SiteNotOurs`. */
  reason: string | null;
  /** When Firestore's TTL may remove the record; null until the deletion has ended. */
  expires_at: Date | null;
}

export const DAY_SECONDS = 24 * 3600;

/** How long the resync leaves a tenant alone that a trigger should reach first. */
export const TRIGGER_GRACE_SECONDS = 60;

/** A site's first backup is due so long after it was asked for, or after its deletion was taken back. */
export const FIRST_BACKUP_SECONDS = 3600;

/** How long the record of a deletion is kept after its end. */
export const DELETION_RECORD_DAYS = 30;

/** What has to be known of a tenant to ask for it. */
export interface NewTenant {
  id: string;
  /** Where its site is to be; the bench of whoever names none, where nobody says. */
  bench?: string | undefined;
  commandId: string;
  requestedBy: Requester;
  organization: string;
  subdomain: string;
  email: string;
  first_name?: string | null | undefined;
  last_name?: string | null | undefined;
  /** The hash of a key by which the customer's user may log in as soon as there is a site. */
  loginKeyHash?: string | null | undefined;
}

/** A tenant that has a subdomain: everybody but a standby. */
export type NamedTenant = Tenant & { spec: { subdomain: string } };

/** A tenant as it is when it is asked for: nothing of it exists yet. */
export function newTenant(asked: NewTenant, now: Date): NamedTenant {
  const { id, commandId, organization, subdomain, email } = asked;
  const {
    requestedBy,
    bench = DEFAULT_BENCH,
    first_name = null,
    last_name = null,
    loginKeyHash = null,
  } = asked;
  return {
    id,
    created_at: now,
    updated_at: now,
    sequence: 1,
    profile: { organization, email, first_name, last_name },
    spec: {
      state: "present",
      bench,
      subdomain,
      former_subdomains: [],
      domains: [],
      standby: null,
      retention: null,
      generation: 1,
      command_id: commandId,
      requested_at: now,
      requested_by: requestedBy,
      ...withLoginLink({}, loginKeyHash === null ? null : ownLoginLink(loginKeyHash, email)),
      backup: null,
      restore: null,
      quiet: false,
      export: null,
    },
    status: {
      ...statusAfterCommand(now),
      phase: "queued",
      site: null,
      removed: false,
      done: {},
      observed_generation: 0,
      operation: null,
      backup: null,
      kept: [],
      export: null,
      upgrade: null,
      next_backup_at: addSeconds(now, FIRST_BACKUP_SECONDS),
    },
  };
}

/** What a command leaves of the status: nothing that was said of an earlier one, and a reconcile that is due soon. */
export function statusAfterCommand(now: Date) {
  return {
    condition: null,
    step: null,
    step_since: null,
    reason: null,
    message: null,
    retryable: null,
    queue_key: null,
    standby_key: null,
    next_reconcile_at: addSeconds(now, TRIGGER_GRACE_SECONDS),
  } satisfies StatusChanges;
}

/** Whether the outcome of the newest command is known. */
export function isSettled({ spec, status }: Tenant): boolean {
  return status.observed_generation === spec.generation;
}

/** The site that is a tenant's: also one out of the pool only from when its claim is verified. */
export function siteOf({ status: { site } }: Pick<Tenant, "status">): Site | null {
  return site === null || site.subdomain === null ? null : site;
}

/** Whether the tenant is to go: at once, or when its deletion can be taken back no longer. */
export function isToGo({ spec }: Pick<Tenant, "spec">): boolean {
  return spec.state === "absent" || spec.state === "retained";
}

/** Whether the tenant is gone for callers: only whoever asks for deleted ones sees it. */
export function isDeleted({ status }: Pick<Tenant, "status">): boolean {
  return status.phase === "deleted";
}

/** Whether an operation of this kind was requested and is not carried out yet. */
export function isRequested({ spec, status }: Tenant, kind: string): boolean {
  const id = spec.requests[kind];
  return id !== undefined && id !== status.done[kind];
}

/** That the newest requests for such operations need nothing more. */
export function requestDone(
  { spec, status }: Tenant,
  ...kinds: string[]
): Pick<StatusChanges, "done"> {
  const ids = Object.entries(spec.requests).filter(([kind]) => kinds.includes(kind));
  return ids.length === 0 ? {} : { done: { ...status.done, ...Object.fromEntries(ids) } };
}

/** The kind of operation that sets a login link, and so the name of its request. */
export const LOGIN_LINK_KIND = "login-link";

/** What of the spec asks for this login link; with null, for none. */
export function withLoginLink(
  requests: Spec["requests"],
  login_link: LoginLink | null,
): Pick<Spec, "requests" | "login_link"> {
  const { [LOGIN_LINK_KIND]: _, ...others } = requests;
  if (login_link === null) return { requests: others, login_link };
  return { requests: { ...others, [LOGIN_LINK_KIND]: login_link.key_hash }, login_link };
}

/** The kind of operation that makes a backup, and so the name of its request. */
export const BACKUP_KIND = "backup";

/** What of the spec asks for this backup. */
export function withBackup(
  requests: Spec["requests"],
  backup: BackupRequest,
): Pick<Spec, "requests" | "backup"> {
  return { requests: { ...requests, [BACKUP_KIND]: backup.id }, backup };
}

/** The kind of operation that restores a backup, and so the name of its request. */
export const RESTORE_KIND = "restore";

/** The kind of operation that takes a restore back, and so the name of its request. */
export const UNDO_RESTORE_KIND = "undo-restore";

/** The kind of operation that makes a bundle of a backup, and so the name of its request. */
export const EXPORT_KIND = "export";

/** The kind of operation that restores a backup apart to see that it can be, and so the name of its request. */
export const TEST_RESTORE_KIND = "test-restore";

/** The kind of operation that moves a site to another bench, and so the name of its request. */
export const UPGRADE_KIND = "upgrade";

/** The kind of operation that takes a site back to the bench that it came from. */
export const REVERT_KIND = "revert";

/** Whether the site is in between two benches. */
export function isBetweenBenches({ status }: Pick<Tenant, "status">): boolean {
  return status.upgrade?.under_way === true;
}

/** The bench that a site's Jobs work in: where the site is, or is to be made. */
export function benchOf({ spec, status }: Pick<Tenant, "spec" | "status">): string {
  return status.site?.bench ?? spec.bench;
}

/** Whether nothing is done to the site but that its newest backup is restored apart, which no caller asked for. */
export function isBeingTested(tenant: Tenant): boolean {
  const { requests, command_id } = tenant.spec;
  return isRequested(tenant, TEST_RESTORE_KIND) && requests[TEST_RESTORE_KIND] === command_id;
}

/** Whether nothing is done to the site that a command would have to wait for. */
export function isIdle(tenant: Tenant): boolean {
  return isSettled(tenant) || isBeingTested(tenant);
}

/** Whether such an operation is requested of a customer's site that stays. */
export function isRequestedOfSite(tenant: Tenant, kind: string): boolean {
  return !isToGo(tenant) && siteOf(tenant) !== null && isRequested(tenant, kind);
}

/** Whoever asks for something waits for no test: one that is withdrawn comes in another night. */
export function withoutTest(requests: Spec["requests"]): Spec["requests"] {
  const { [TEST_RESTORE_KIND]: _, ...others } = requests;
  return others;
}

/** A link that is not set yet must not be when the site is open again, which may be in a year. */
export function withoutPendingLink(tenant: Tenant): Partial<Pick<Spec, "requests" | "login_link">> {
  return isRequested(tenant, LOGIN_LINK_KIND) ? withLoginLink(tenant.spec.requests, null) : {};
}

/** The kind of operation that drops what was kept for long enough, and so the name of its request. */
export const DROP_KEPT_KIND = "drop-kept";

/**
 * A backup or an export that is not made yet is not worth having once the site is closed to be dropped, and nobody who
 * takes that back expects the site to be another one.
 */
export function withoutPending(tenant: Tenant, requests: Spec["requests"]): Spec["requests"] {
  const kinds = [
    BACKUP_KIND,
    RESTORE_KIND,
    UNDO_RESTORE_KIND,
    EXPORT_KIND,
    TEST_RESTORE_KIND,
    UPGRADE_KIND,
  ];
  const pending = new Set(kinds.filter((kind) => isRequested(tenant, kind)));
  return Object.fromEntries(Object.entries(requests).filter(([kind]) => !pending.has(kind)));
}

/** A login link of the tenant's own user. Frappe writes its users' names in lower case. */
function ownLoginLink(key_hash: string, email: string): LoginLink {
  return { key_hash, user: email.toLowerCase() };
}

/** The operation that carries out the newest command; null when that has not begun. */
export function currentOperation({ spec, status }: Tenant): Operation | null {
  const { operation } = status;
  return operation !== null && operation.generation >= spec.generation ? operation : null;
}

/** The kinds of what changes nothing of the site, and begins anew after a command that comes between. */
const INTERRUPTIBLE_KINDS: ReadonlySet<string> = new Set([
  BACKUP_KIND,
  EXPORT_KIND,
  TEST_RESTORE_KIND,
]);

/** Whether a command would interrupt nothing that changes the site. */
export function isFree(tenant: Tenant): boolean {
  return isSettled(tenant) || INTERRUPTIBLE_KINDS.has(currentOperation(tenant)?.kind ?? "");
}

/** Whether the newest command is given up: its last attempt failed, and no further one will follow. */
export function hasFailed(tenant: Tenant): boolean {
  return isSettled(tenant) && tenant.status.condition === "failed";
}

/** Whether something blocks the site Job, by which nothing has failed. */
export function isBlocked(tenant: Tenant): boolean {
  return !isSettled(tenant) && tenant.status.condition === "blocked";
}

/** A point in time so many seconds after another. */
export function addSeconds(time: Date, seconds: number): Date {
  return new Date(time.getTime() + seconds * 1000);
}
