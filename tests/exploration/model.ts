/**
 * A small model in memory for the real `reconcile`: the record, Jobs, Secret, slots, site and triggers of a
 * few tenants, with every I/O request answered as the adapters answer it. A state is never changed, only
 * followed by others, so that many continuations of the same state can be tried.
 *
 * What the adapters promise and tests/integration/store.test.ts, tests/integration/cluster-contract.ts and tests/crash/crash-injection.ts
 * prove of them is assumed here: writes under a version, all-or-nothing batches, a Job name that is held
 * until its Pods are gone, site scripts that obey their fence. `Guarantees` names these promises, so that each
 * can be broken on purpose.
 *
 * @module
 */
import type { Job, JobOutcome } from "../../shared/reconciler/decision.ts";
import type { Blocker } from "../../shared/reconciler/blocker.ts";
import type { IoRequest, Stored } from "../../shared/reconciler/ports.ts";
import type { SeenJob } from "../../shared/reconciler/history-writes.ts";
import { toldOfGone, toldOfNew, toTenantWrite } from "../../shared/reconciler/tenant-write.ts";
import type { TenantWrite, ToldOf } from "../../shared/reconciler/tenant-write.ts";
import type { OperationState } from "../../shared/tenant/operation-record.ts";
import type { StatusEvent } from "../../shared/tenant/status-event.ts";
import type { BackupState } from "../../shared/backups/backup-record.ts";
import { heldSubdomains, wantedNames } from "../../shared/tenant/site-names.ts";
import { isUnfinishedCopy } from "../../shared/tenant/tenant-copy.ts";
import { TEST_RESTORE_KIND, UNDO_RESTORE_KIND } from "../../shared/tenant/tenant.ts";
import type { SiteNames, Tenant, TenantChanges } from "../../shared/tenant/tenant.ts";
import {
  leavingNothing,
  dataOf,
  isSwap,
  lacksBackup,
  speaking,
  successOfRestore,
  swapped,
  withBackupMade,
  withDatabase,
  withoutDatabases,
  withoutKept,
  withRestored,
  withTested,
} from "./model-databases.ts";
import type { Database, JobData } from "./model-databases.ts";
import { benchesOf, broughtHome, successOf } from "./model-benches.ts";
import type { JobBenches } from "./model-benches.ts";

/** What the guarantees promise. The real ones keep all of it. */
export interface Guarantees {
  /** `background`: the Job's name is free at once, while its Pod goes on. */
  deletion: "foreground" | "background";
  writeInsistsOnVersion: boolean;
  /** False: "already exists" is taken for success. */
  claimIsExclusive: boolean;
  /** Whether the site scripts obey the fence and the tombstone. */
  isFenced: boolean;
  /** What is written beside a record: all of what follows from the change. */
  told: (told: ToldOf) => ToldOf;
  /** Whether a standby is given, or dropped, only as it was read. */
  givingInsistsOnVersion: boolean;
  droppingInsistsOnVersion: boolean;
  /** Whether a tenant whose time is over is deleted for good only as it was read. */
  purgingInsistsOnVersion: boolean;
  /** Whether a standby that is not given leaves its name as it was. */
  givingIsAtomic: boolean;
  /** Which names are reserved and released by a change: all of those that follow from it. */
  named: (names: Names, before: Tenant, after: Tenant) => Names;
  /** Whether a drop removes all databases of the tenant, and not only the site's. */
  dropsEveryDatabase: boolean;
  /** Whether what a site was before is left alone as long as it may come back. */
  keepsWhatIsKept: boolean;
  /** Whether a closed site whose swap was not recorded gets back what the record says. */
  swapsBack: boolean;
  /** Whether a drop looks for the site in every bench. */
  dropsInEveryBench: boolean;
  /** Whether a restore leaves a site closed that has to be migrated. */
  waitsForMigration: boolean;
  /** Whether what could not be migrated in its place stays closed when the migration is taken back. */
  revertsClosed: boolean;
  /** Whether a restore test removes what earlier ones have left. */
  clearsTested: boolean;
  /** Whether a Job that is stopped, or fails, takes away what it has made for itself. */
  stopsCleanly: boolean;
  /** Whether the end of a deletion takes the tenant's exports away. */
  dropsExports: boolean;
}

type Names = TenantWrite["names"];

export const ALL_GUARANTEES: Guarantees = {
  deletion: "foreground",
  writeInsistsOnVersion: true,
  claimIsExclusive: true,
  isFenced: true,
  told: (told) => told,
  givingInsistsOnVersion: true,
  droppingInsistsOnVersion: true,
  purgingInsistsOnVersion: true,
  givingIsAtomic: true,
  named: (names) => names,
  dropsEveryDatabase: true,
  keepsWhatIsKept: true,
  swapsBack: true,
  dropsInEveryBench: true,
  waitsForMigration: true,
  revertsClosed: true,
  clearsTested: true,
  stopsCleanly: true,
  dropsExports: true,
};

export interface ModelJob extends Job {
  tenantId: string;
  /** The names that the site is to have, as the record said when the Job was made. */
  names: SiteNames;
  data: JobData;
  benches: JobBenches;
  /** What its success is told with, where that is not the plain one. */
  reason: string | null;
  /** What the Pod was to do to the site is done; only its end is missing. */
  hasWorked: boolean;
  /** Made by a reconcile that stood still while the operation that it was made for was overtaken. */
  isStray: boolean;
}

export interface Site {
  /** `away`: on its way from one bench to another. */
  state: "half" | "active" | "suspended" | "retained" | "away";
  /** Whether it is set up for a customer. */
  hasCustomer: boolean;
  /** The one that it works with; empty while it has none. */
  database: string;
  /** Where it is. */
  bench: string;
}

/** A host name's link. */
export interface Host {
  owner: string;
  /** Whether it serves the site, or leads to the site's main address. */
  isServed: boolean;
}

/** A reconcile that stands before an I/O request. */
export interface Running {
  tenantId: string;
  /** The results of all its requests since it last read the tenant, from which it can be continued. */
  history: unknown[];
  request: IoRequest;
}

export interface State {
  now: number;
  tenants: Record<string, { record: Tenant; version: number } | null>;
  /** By subdomain: the tenant's id. */
  reservations: Record<string, string>;
  /** By number: the tenant's id. */
  slots: Record<number, string>;
  jobs: Record<string, ModelJob | null>;
  /** Pods whose Job is gone already, which no real adapter leaves behind. */
  orphans: ModelJob[];
  secrets: Record<string, boolean>;
  /** By tenant. */
  sites: Record<string, Site | undefined>;
  /** By name. */
  databases: Record<string, Database>;
  /** The records of backups, by id. */
  backups: Record<string, BackupState>;
  /** The ids that whoever asked for a backup was answered with. */
  askedBackups: string[];
  /** The backups that are whole, by id. */
  bucket: Record<string, boolean>;
  /** The backups that were deleted, by id. */
  lost: Record<string, boolean>;
  /** The exports that are whole, by folder: whose they are. */
  exports: Record<string, string>;
  /** By subdomain. */
  hosts: Record<string, Host>;
  /** The highest operation that has come to the site, by tenant. */
  claims: Record<string, { generation: number; attempt: number } | undefined>;
  tombstones: Record<string, boolean>;
  triggers: Record<string, boolean>;
  /** The newest event of each tenant. */
  events: Record<string, StatusEvent>;
  /** How far each attempt is, by its id. */
  history: Record<string, OperationState>;
  /** Since when the Jobs of a tenant have failed for an outage, and for nothing else. */
  outages: Record<string, number>;
  running: Running[];
  /** By customer: the tenant that they were answered with. */
  answered: Record<string, string>;
  /** By customer: the standby that their POST has read, with its version. */
  posts: Record<string, Read>;
  /** The standbys that the pool has read and is about to drop. */
  plans: Read[];
  /** The tenants that the garbage collection has read and is about to delete for good. */
  purges: Read[];
  counter: number;
}

/** A tenant as somebody read it. */
export interface Read {
  record: Tenant;
  version: number;
}

export const ID = {
  a: "0000000a-0000-4000-8000-000000000000",
  b: "0000000b-0000-4000-8000-000000000000",
  c: "0000000c-0000-4000-8000-000000000000",
} as const;

export function emptyState(): State {
  return {
    now: Date.parse("2026-11-24T12:00:00Z"),
    tenants: {},
    reservations: {},
    slots: {},
    jobs: {},
    orphans: [],
    secrets: {},
    sites: {},
    databases: {},
    backups: {},
    askedBackups: [],
    bucket: {},
    lost: {},
    exports: {},
    hosts: {},
    claims: {},
    tombstones: {},
    triggers: {},
    events: {},
    history: {},
    outages: {},
    running: [],
    answered: {},
    posts: {},
    plans: [],
    purges: [],
    counter: 0,
  };
}

/** A state that an I/O request leads to, with what is answered. */
export interface Answered {
  state: State;
  result: unknown;
}

/** All the answers that an I/O request may get: more than one where the order is free. */
export function answer(state: State, request: IoRequest, guarantees: Guarantees): Answered[] {
  switch (request.io) {
    case "now":
      return [{ state, result: new Date(state.now) }];
    case "decided":
      return [{ state, result: undefined }];
    case "readTenant":
      return [{ state, result: state.tenants[request.tenantId] ?? null }];
    case "writeTenant": {
      const { stored: read, changes, freedSlot, seen } = request;
      const tenantId = read.record.id;
      const stored = current(state, tenantId, read.version, guarantees.writeInsistsOnVersion);
      if (stored === null) return [{ state, result: null }];
      const written = writeRecord(state, stored, changes, { seen, guarantees });
      const next = freedSlot === null ? written : withoutSlot(written, freedSlot);
      return [{ state: next, result: next.tenants[tenantId] }];
    }
    case "readSlots":
      return [{ state, result: Object.keys(state.slots).map(Number) }];
    case "claimSlot": {
      const { stored: read, slot, changes } = request;
      const tenantId = read.record.id;
      if (guarantees.claimIsExclusive && state.slots[slot] !== undefined) {
        return [{ state, result: { result: "taken" } }];
      }
      const stored = current(state, tenantId, read.version, true);
      if (stored === null) return [{ state, result: { result: "lost" } }];
      const written = writeRecord(state, stored, changes, { guarantees });
      const next = { ...written, slots: { ...written.slots, [slot]: tenantId } };
      const claimed = { result: "claimed", stored: next.tenants[tenantId] };
      return [{ state: next, result: claimed }];
    }
    case "triggerNextInQueue": {
      const [first] = queue(state);
      return [
        { state: first === undefined ? state : withTrigger(state, first), result: undefined },
      ];
    }
    // What is left of a Job changes nothing that is explored.
    case "readReport":
      return [{ state, result: null }];
    case "readJob":
      return [{ state, result: toJob(state.jobs[request.tenantId] ?? null) }];
    case "createJob":
      return [createJob(state, request)];
    case "deleteJob":
      return deleteJob(state, request.tenantId, request.uid, guarantees);
    case "createSecret":
      return [{ state: withSecret(state, request.tenantId, true), result: "made" }];
    case "deleteSecret":
      return [{ state: withSecret(state, request.tenantId, false), result: undefined }];
    case "endDeletion": {
      const { tenant, version } = request;
      if (current(state, tenant.id, version, true) === null) {
        return [{ state, result: false }];
      }
      const reservations = without(state.reservations, heldSubdomains(tenant));
      const exports = guarantees.dropsExports
        ? withoutOwn(state.exports, tenant.id)
        : state.exports;
      const tenants = { ...state.tenants, [tenant.id]: null };
      const gone = { ...state, tenants, reservations, exports };
      const told = tell(gone, tenant.id, guarantees.told(toldOfGone(tenant, new Date(state.now))));
      return [{ state: told, result: true }];
    }
  }
}

/** The tenant as it is, if it is still as it was read, or if nobody insists on that. */
export function current(
  state: State,
  tenantId: string,
  version: unknown,
  insists: boolean,
): { record: Tenant; version: number } | null {
  const stored = state.tenants[tenantId] ?? null;
  return stored === null || (insists && stored.version !== version) ? null : stored;
}

interface Telling {
  seen?: SeenJob | null;
  guarantees?: Guarantees;
}

/** Writes a new record, as Firestore does, with what is told of it. */
export function writeNew(state: State, record: Tenant): State {
  return tell(put(state, record), record.id, toldOfNew(record));
}

/** Writes changes to a record, as Firestore does: the rest stays. */
export function writeRecord(
  state: State,
  { record: before }: Pick<Stored<Tenant>, "record">,
  changes: TenantChanges,
  { seen = null, guarantees = ALL_GUARANTEES }: Telling = {},
): State {
  const { told, named } = guarantees;
  const { record, names: following, ...beside } = toTenantWrite(before, changes, seen);
  const names = named(following, before, record);
  const kept = without(state.reservations, names.released);
  const taken = Object.fromEntries(names.reserved.map((name) => [name, record.id]));
  const reserved = { ...state, reservations: { ...kept, ...taken } };
  return tell(put(reserved, record), record.id, told(beside));
}

/** The state with a record as it is, of which nothing is told. */
export function put(state: State, record: Tenant): State {
  const counter = state.counter + 1;
  const stored = { record, version: counter };
  return { ...state, counter, tenants: { ...state.tenants, [record.id]: stored } };
}

function tell(before: State, tenantId: string, { event, operations, backups }: ToldOf): State {
  const state = backups.length === 0 ? before : withBackups(before, backups);
  const events = event === null ? state.events : { ...state.events, [tenantId]: event };
  if (operations.length === 0) return { ...state, events };
  const history = { ...state.history };
  for (const { id, fields } of operations) history[id] = fields.state ?? "queued";
  return { ...state, events, history };
}

function withBackups(state: State, writes: ToldOf["backups"]): State {
  const backups = { ...state.backups };
  for (const { id, fields } of writes) backups[id] = fields.state ?? backups[id] ?? "pending";
  return { ...state, backups };
}

function withoutSlot(state: State, slot: number): State {
  const { [slot]: _, ...slots } = state.slots;
  return { ...state, slots };
}

export function withTrigger(state: State, tenantId: string): State {
  return { ...state, triggers: { ...state.triggers, [tenantId]: true } };
}

export function withoutTrigger(state: State, tenantId: string): State {
  const { [tenantId]: _, ...triggers } = state.triggers;
  return { ...state, triggers };
}

function withSecret(state: State, tenantId: string, isThere: boolean): State {
  return { ...state, secrets: { ...state.secrets, [tenantId]: isThere } };
}

export function withJob(state: State, tenantId: string, job: ModelJob | null): State {
  return { ...state, jobs: { ...state.jobs, [tenantId]: job } };
}

/** The tenants that wait for a slot, in the order of their turn. */
export function queue({ tenants }: State): string[] {
  return Object.values(tenants)
    .flatMap((stored) => stored?.record ?? [])
    .filter(({ status }) => status.queue_key !== null)
    .toSorted((a, b) => ((a.status.queue_key ?? "") < (b.status.queue_key ?? "") ? -1 : 1))
    .map(({ id }) => id);
}

function toJob(job: ModelJob | null): Job | null {
  if (job === null) return null;
  const { uid, kind, generation, attempt, terminating, outcome, blocker } = job;
  return { uid, kind, generation, attempt, terminating, outcome, blocker };
}

function createJob(
  state: State,
  { tenant, operation }: Extract<IoRequest, { io: "createJob" }>,
): Answered {
  if ((state.jobs[tenant.id] ?? null) !== null) return { state, result: "taken" };
  const { kind, generation, attempt } = operation;
  const counter = state.counter + 1;
  const now = state.tenants[tenant.id]?.record.status.operation ?? null;
  const job: ModelJob = {
    tenantId: tenant.id,
    names: namesOf(tenant, operation.kind),
    data: dataOf(tenant),
    benches: benchesOf(tenant, operation),
    reason: null,
    uid: `uid-${counter}`,
    kind,
    generation,
    attempt,
    terminating: false,
    outcome: null,
    blocker: null,
    hasWorked: false,
    isStray:
      now === null || now.slot === null || now.generation !== generation || now.attempt !== attempt,
  };
  return { state: withJob({ ...state, counter }, tenant.id, job), result: "made" };
}

const NAMELESS: SiteNames = { subdomain: null, former_subdomains: [], domains: [] };

/** Until it is restored, nobody is led to a copy. */
function namesOf(tenant: Tenant, kind: string): SiteNames {
  return kind !== "rename" && isUnfinishedCopy(tenant) ? NAMELESS : wantedNames(tenant.spec);
}

/** Its Pods may stop while the call waits for them, or later. */
function deleteJob(
  state: State,
  tenantId: string,
  uid: string,
  guarantees: Guarantees,
): Answered[] {
  const job = state.jobs[tenantId] ?? null;
  if (job === null || job.uid !== uid) return [{ state, result: undefined }];
  const gone = leavingNothing(withJob(state, tenantId, null), job, guarantees);
  if (guarantees.deletion === "background") {
    const isWorking = job.outcome === null;
    const orphans = isWorking ? [...state.orphans, job] : state.orphans;
    return [{ state: { ...gone, orphans }, result: undefined }];
  }
  const stopping = withJob(state, tenantId, { ...job, terminating: true });
  return [
    { state: gone, result: undefined },
    { state: stopping, result: undefined },
  ];
}

/** What the site scripts do: either the whole effect on the site, or nothing, for they were fenced. */
export function work(state: State, job: ModelJob, guarantees: Guarantees): State {
  if (guarantees.isFenced && isOvertaken(state, job)) {
    return end(leavingNothing(state, job, guarantees), job, FENCED);
  }
  return withEffect(withPod(state, job, { ...job, hasWorked: true }), job, guarantees);
}

/** The Job ends well, and says so. */
export function succeed(state: State, job: ModelJob): State {
  return end(state, job, { result: "succeeded", reason: job.reason });
}

/** Whether a newer operation has been at the site, or its tenant is gone. */
export function isOvertaken({ claims, tombstones }: State, job: ModelJob): boolean {
  const { tenantId, kind, generation, attempt } = job;
  const claim = claims[tenantId];
  const isOlder =
    claim !== undefined &&
    (claim.generation > generation || (claim.generation === generation && claim.attempt > attempt));
  return isOlder || (kind !== "drop" && tombstones[tenantId] === true);
}

function withEffect(state: State, job: ModelJob, guarantees: Guarantees): State {
  const { tenantId, names, data, benches, kind, generation, attempt } = job;
  const site = state.sites[tenantId];
  const claimed = { ...state, claims: { ...state.claims, [tenantId]: { generation, attempt } } };
  const isOthers = [names.subdomain, ...names.former_subdomains].some((name) => {
    const owner = name === null ? undefined : state.hosts[name]?.owner;
    return owner !== undefined && owner !== tenantId && !state.tombstones[owner];
  });
  const hasCustomer = names.subdomain !== null;
  switch (kind) {
    case "create": {
      if (isOthers) return end(state, job, NOT_OURS);
      const isMade = site !== undefined && site.state !== "half";
      if (isMade) return claimed;
      const { database } = data;
      const { at: bench } = benches;
      const fresh = { owner: tenantId, isWhole: true, version: bench, isQuiet: false };
      const made = withDatabase(claimed, database, fresh);
      const makes: Site = { state: "active", hasCustomer, database, bench };
      return withHosts(withSite(made, tenantId, makes), job);
    }
    case "claim":
      if (site?.state !== "active" || isOthers) return end(state, job, NOT_OURS);
      return withHosts(withSite(claimed, tenantId, { ...site, hasCustomer }), job);
    case "rename":
      if (site === undefined || isOthers) return end(state, job, NOT_OURS);
      return withHosts(withSite(claimed, tenantId, { ...site, hasCustomer }), job);
    case "suspend":
    case "retain":
    case "resume":
      if (site === undefined) return end(state, job, NOT_OURS);
      return withSite(kind === "resume" ? speaking(claimed, job) : claimed, tenantId, {
        ...site,
        state: BROUGHT_TO[kind],
        database: guarantees.swapsBack ? data.database : site.database,
      });
    case "login-link":
      return site === undefined ? end(state, job, NOT_OURS) : claimed;
    case "backup":
      return site === undefined ? end(state, job, NOT_OURS) : withBackupMade(claimed, job);
    case "restore": {
      if (site === undefined) return end(state, job, NOT_OURS);
      if (lacksBackup(state, job)) return end(claimed, job, NO_BACKUP);
      const told = withPod(claimed, job, {
        ...job,
        hasWorked: true,
        reason: successOfRestore(job),
      });
      const isOpen = data.isOpen && !(data.isOlder && guarantees.waitsForMigration);
      return swapped(withRestored(told, job, true, guarantees), job, isOpen) ?? claimed;
    }
    case "test-restore":
      if (site === undefined) return end(state, job, NOT_OURS);
      return leavingNothing(withTested(claimed, job, guarantees), job, guarantees);
    case "export": {
      if (state.lost[data.exported ?? ""] === true) return end(claimed, job, NO_BACKUP);
      const folder = `${tenantId} ${generation}.${attempt}`;
      return { ...claimed, exports: { ...state.exports, [folder]: tenantId } };
    }
    case "undo-restore":
      return swapped(claimed, job, data.isOpen) ?? end(state, job, NOT_KEPT);
    case "drop-kept":
      return site === undefined ? end(state, job, NOT_OURS) : withoutKept(claimed, job, guarantees);
    case "upgrade":
    case "revert": {
      if (site === undefined) return end(state, job, NOT_OURS);
      const reason = successOf(state, job, site);
      const told = withPod(claimed, job, { ...job, hasWorked: true, reason });
      return broughtHome(told, job, site, guarantees);
    }
    case "drop": {
      const tombstones = { ...state.tombstones, [tenantId]: true };
      const own = Object.keys(state.hosts).filter((name) => state.hosts[name]?.owner === tenantId);
      const all = Object.keys(state.databases);
      const left = guarantees.dropsEveryDatabase ? [] : all.filter((one) => one !== data.database);
      const cleared = withoutDatabases(state, tenantId, left);
      const isFound = guarantees.dropsInEveryBench || site?.bench === benches.at;
      const dropped = withSite(
        { ...cleared, hosts: without(state.hosts, own) },
        tenantId,
        isFound ? undefined : site,
      );
      return { ...dropped, tombstones, claims: { ...state.claims, [tenantId]: undefined } };
    }
    default:
      throw new TypeError(`The model knows no ${kind}.`);
  }
}

const BROUGHT_TO = { suspend: "suspended", retain: "retained", resume: "active" } as const;

/** The names of the Job's are the tenant's, and no others. */
function withHosts(state: State, { tenantId: owner, names }: ModelJob): State {
  const others = Object.entries(state.hosts).filter(([, host]) => host.owner !== owner);
  const hosts: State["hosts"] = Object.fromEntries(others);
  for (const name of names.former_subdomains) hosts[name] = { owner, isServed: false };
  if (names.subdomain !== null) hosts[names.subdomain] = { owner, isServed: true };
  return { ...state, hosts };
}

function withoutOwn(owned: Record<string, string>, tenantId: string): Record<string, string> {
  return Object.fromEntries(Object.entries(owned).filter(([, owner]) => owner !== tenantId));
}

function without<T>(entries: Record<string, T>, names: string[]): Record<string, T> {
  return Object.fromEntries(Object.entries(entries).filter(([name]) => !names.includes(name)));
}

function withSite(state: State, tenantId: string, site: Site | undefined): State {
  return { ...state, sites: { ...state.sites, [tenantId]: site } };
}

/** The Job fails. A create may leave half a site behind, as bench does. */
export function fail(state: State, job: ModelJob, retryable: boolean): State {
  const step = isSwap(job.kind) ? stepBeforeSwap(state, job) : "work";
  const outcome = { step, reason: "BackoffLimitExceeded", message: "no disk", retryable };
  return end(halfDone(state, job), job, { result: "failed", ...outcome });
}

/** A Job is killed, and takes nothing away that it has made for itself; null where it makes nothing. */
export function kill(state: State, job: ModelJob): State | null {
  if (job.kind !== TEST_RESTORE_KIND || isOvertaken(state, job)) return null;
  const outcome = { step: null, reason: "DeadlineExceeded", message: "killed", retryable: true };
  return end(withTested(state, job, ALL_GUARANTEES, true), job, { result: "failed", ...outcome });
}

/** Where an earlier attempt has swapped, nothing is looked at but that. */
function stepBeforeSwap({ sites }: State, { kind, tenantId, data }: ModelJob): string {
  if (kind === UNDO_RESTORE_KIND) return "look-for-kept";
  return sites[tenantId]?.database === data.database ? "load-database" : "look-for-restored";
}

/** A restore, or what takes one back, fails in the middle: the site is closed, and has another database than on record. */
export function failInSwap(
  state: State,
  job: ModelJob,
  retryable: boolean,
  guarantees: Guarantees,
): State | null {
  if (!isSwap(job.kind) || isOvertaken(state, job)) return null;
  const { tenantId, generation, attempt, kind } = job;
  const claimed = { ...state, claims: { ...state.claims, [tenantId]: { generation, attempt } } };
  const made = kind === "restore" ? withRestored(claimed, job, true, guarantees) : claimed;
  const closed = swapped(made, job, false);
  const outcome = { step: "swap", reason: "BackoffLimitExceeded", message: "killed", retryable };
  return closed && end(closed, job, { result: "failed", ...outcome });
}

/** The Job fails since what all tenants share is away. */
export function failForOutage(state: State, job: ModelJob): State {
  const { tenantId } = job;
  const left = halfDone(state, job);
  const outages = { [tenantId]: state.now, ...state.outages };
  const outcome = { step: "work", reason: OUTAGE, message: "no answer", retryable: true } as const;
  const ended = end(left, job, { result: "failed", ...outcome, isOutage: true });
  return { ...ended, outages };
}

/** The `reason` of a Job that failed for an outage. */
export const OUTAGE = "DatabaseUnavailable";

const HALF = { state: "half", hasCustomer: false, database: "" } as const;

function halfDone(state: State, job: ModelJob): State {
  const { tenantId, kind, names } = job;
  if (isOvertaken(state, job)) return state;
  if (kind === "create" && state.sites[tenantId] === undefined) {
    return withSite(state, tenantId, { ...HALF, bench: job.benches.at });
  }
  if (kind === "restore") return withRestored(state, job, false, ALL_GUARANTEES);
  // A rename that stops anywhere leaves both names; the new one is proved before the old one leads to it.
  if (kind !== "rename" || names.subdomain === null || state.hosts[names.subdomain]) return state;
  const host = { owner: tenantId, isServed: true };
  return { ...state, hosts: { ...state.hosts, [names.subdomain]: host } };
}

/** Something keeps the Job from working, since now. */
export function block(state: State, job: ModelJob, reason: Blocker["reason"]): State {
  const held: Blocker = { reason, message: `${reason}.`, since: new Date(state.now) };
  return withJob(state, job.tenantId, { ...job, blocker: held });
}

/** The Job ends like this. Its event is a trigger, and may be lost. */
export function end(state: State, job: ModelJob, outcome: JobOutcome): State {
  const present = state.jobs[job.tenantId];
  // Nobody reads how a Pod ends that is being stopped.
  if (job.terminating || present?.uid !== job.uid) return withPod(state, job, null);
  const ended = { ...present, outcome, blocker: null };
  const { [job.tenantId]: _, ...outages } = state.outages;
  return withTrigger(withJob({ ...state, outages }, job.tenantId, ended), job.tenantId);
}

/** The Pod as it is now, be it of a Job that is there or an orphan; null when it has stopped. */
export function withPod(state: State, job: ModelJob, after: ModelJob | null): State {
  if (state.jobs[job.tenantId]?.uid === job.uid) return withJob(state, job.tenantId, after);
  const orphans = state.orphans.flatMap((orphan) =>
    orphan.uid === job.uid ? (after ?? []) : orphan,
  );
  return { ...state, orphans };
}

const FENCED: JobOutcome = {
  result: "failed",
  step: "start",
  reason: "PodFailurePolicy",
  message: "a newer operation works on it",
  retryable: false,
};

const NOT_KEPT: JobOutcome = { ...FENCED, step: "look-for-kept", message: "nothing is kept" };

const NO_BACKUP: JobOutcome = {
  ...FENCED,
  step: "read-manifest",
  message: "there is no such backup",
};

const NOT_OURS: JobOutcome = { ...FENCED, message: "the site belongs to another tenant" };
