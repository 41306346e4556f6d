/**
 * The tenant: its record, the names that derive from its id, and the changes a caller may ask for.
 * Pure: no client library, no clock, no randomness.
 *
 * @module
 */

/** What a caller wants of a tenant. Only callers change it. */
export const WANTED = ["present", "suspended", "absent"] as const;
export type Desired = (typeof WANTED)[number];

/** What was last verified of a tenant. `deleting` ends in the record's own disappearance. */
export const STATUSES = [
  "queued",
  "provisioning",
  "active",
  "suspended",
  "failed",
  "deleting",
] as const;
export type Status = (typeof STATUSES)[number];

/** The kinds of site Job there are. */
export const JOB_KINDS = ["create", "drop", "suspend", "resume"] as const;
export type JobKind = (typeof JOB_KINDS)[number];

/**
 * One go at carrying out a command. It is recorded, in the same write as its slot, before anything of it
 * exists in the cluster.
 */
export interface Operation {
  kind: JobKind;
  /** The tenant's generation that this operation carries out. */
  generation: number;
  /** Counts from 1 within a generation. */
  attempt: number;
  /** When this attempt may begin: in the future while it pauses after a failed one. */
  started_at: Date;
  /** Where its Job may run: null before the attempt has its slot, and after its outcome is known. */
  slot: number | null;
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

/** The document `tenants/{id}`. */
export interface Tenant {
  id: string;
  organization: string;
  subdomain: string;
  email: string;
  /** What the customer is called, for their user of the site. */
  first_name: string | null;
  last_name: string | null;
  created_at: Date;
  updated_at: Date;

  desired: Desired;
  /** Fresh with every command, so that a caller recognises its own write after an unclear commit. */
  command_id: string;
  /** When the newest command was made. */
  requested_at: Date;
  /** Raised with every command, and by nothing else. */
  generation: number;

  status: Status;
  /** The step at which the site Job is, or at which it failed. */
  step: string | null;
  /** Why the status is what it is: PascalCase, for programs. */
  reason: string | null;
  /**
   * The same for people, in the words of what failed, or of what blocks the site Job. Only `retryable`
   * tells which of the two it is.
   */
  error_message: string | null;
  /** Whether another attempt may succeed; null while nothing has failed. */
  retryable: boolean | null;
  /** Null until the site was verified. */
  site_url: string | null;
  /** The newest generation whose outcome is known. */
  observed_generation: number;
  operation: Operation | null;
  /**
   * Its place among those that wait for a slot, in the order of the text: drops first, then the oldest
   * command. Null when it does not wait.
   */
  queue_key: string | null;
  /** When the resync shall look again; null when there is nothing left to do. */
  next_reconcile_at: Date | null;
}

/** What may change in a tenant's record after it was made. */
export type TenantChanges = Partial<Omit<Tenant, "id" | "subdomain" | "created_at">>;

/** The document `deletions/{tenantId}`: the record of a deletion. It holds no personal data. */
export interface Deletion {
  requested_at: Date;
  completed_at: Date | null;
  /** Where the end was not the plain one, such as `SiteNotOurs`. */
  reason: string | null;
  /** When Firestore's TTL may remove the deletion record; null until the deletion has ended. */
  expires_at: Date | null;
}

/** How long the resync leaves a tenant alone that a trigger should reach first. */
export const TRIGGER_GRACE_SECONDS = 60;

/** How long the record of a deletion is kept after its end. */
export const DELETION_RECORD_DAYS = 30;

/** What has to be known of a tenant to ask for it. */
export interface WantedTenant {
  id: string;
  commandId: string;
  organization: string;
  subdomain: string;
  email: string;
  first_name?: string | null | undefined;
  last_name?: string | null | undefined;
}

/** A tenant as it is when it is asked for: nothing of it exists yet. */
export function newTenant(wanted: WantedTenant, now: Date): Tenant {
  return {
    id: wanted.id,
    organization: wanted.organization,
    subdomain: wanted.subdomain,
    email: wanted.email,
    first_name: wanted.first_name ?? null,
    last_name: wanted.last_name ?? null,
    created_at: now,
    updated_at: now,
    desired: "present",
    command_id: wanted.commandId,
    requested_at: now,
    generation: 1,
    status: "queued",
    step: null,
    reason: null,
    error_message: null,
    retryable: null,
    site_url: null,
    observed_generation: 0,
    operation: null,
    queue_key: null,
    next_reconcile_at: addSeconds(now, TRIGGER_GRACE_SECONDS),
  };
}

/** Whether the outcome of the newest command is known. */
export function isSettled(tenant: Pick<Tenant, "generation" | "observed_generation">): boolean {
  return tenant.observed_generation === tenant.generation;
}

/** Whether the newest command is given up: its last attempt failed, and no further one will follow. */
export function hasFailed(tenant: Tenant): boolean {
  return isSettled(tenant) && tenant.error_message !== null;
}

/** Whether the record tells of something that blocks the site Job, by which nothing has failed. */
export function isBlocked(tenant: Tenant): boolean {
  return !isSettled(tenant) && tenant.error_message !== null && tenant.retryable === null;
}

/** Whether the tenant's site was verified to be there at some time, and not dropped since. */
export function hasSite({ status }: Pick<Tenant, "status">): boolean {
  return status === "active" || status === "suspended";
}

/** The host name of the tenant's site, which is also the name that bench gives it. */
export function siteHost(tenant: Pick<Tenant, "subdomain">, baseDomain: string): string {
  return `${tenant.subdomain}.${baseDomain}`;
}

/** Where a browser finds the tenant's site. */
export function siteUrl(tenant: Pick<Tenant, "subdomain">, baseDomain: string): string {
  return `https://${siteHost(tenant, baseDomain)}`;
}

/**
 * The name of the tenant's database and of its only user. Letters and digits only: in a MariaDB
 * GRANT an underscore is a wildcard, and a grant on `t_a` would also read `tXa`.
 */
export function databaseName(tenantId: string): string {
  return `tn${tenantId.replaceAll("-", "")}`;
}

const UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
/** The form of a tenant id, for a schema. */
export const TENANT_ID_PATTERN = `^${UUID}$`;
const TENANT_ID = new RegExp(TENANT_ID_PATTERN);
const JOB_NAME = new RegExp(`^site-(${UUID})$`);

/** Whether a text has the form of a tenant id: a UUID in lower case. */
export function isTenantId(text: string): boolean {
  return TENANT_ID.test(text);
}

/** The one Job name, and Secret name, that a tenant has. Holding it is holding the tenant's lock. */
export function jobName(tenantId: string): string {
  return `site-${tenantId}`;
}

/** The tenant whose site Job bears this name, or null for any other Job. */
export function tenantOfJob(name: string): string | null {
  return JOB_NAME.exec(name)?.[1] ?? null;
}

/** A point in time so many seconds after another. */
export function addSeconds(time: Date, seconds: number): Date {
  return new Date(time.getTime() + seconds * 1000);
}
