/**
 * Everything that may happen next in a state: reconciles go on by one I/O request or crash, triggers come,
 * come twice or get lost, Jobs work, end and fail, callers send commands, time passes.
 *
 * @module
 */
import { OUTAGE_SECONDS } from "../../shared/reconciler/attempts.ts";
import { tenantsToReconcile } from "../../functions/provision/resync.ts";
import type { reconcile } from "../../shared/reconciler/reconcile.ts";
import type { IoRequest, ReconcileSettings } from "../../shared/reconciler/ports.ts";
import { newStandby, POOL } from "../../shared/tenant/standby.ts";
import type { claimStandby } from "../../shared/tenant/standby.ts";
import type { asCopy, CopySource } from "../../shared/tenant/tenant-copy.ts";
import { addSeconds, DAY_SECONDS, withChanges } from "../../shared/tenant/tenant.ts";
import type {
  BackupKind,
  BackupRequest,
  newTenant,
  Requester,
  Tenant,
} from "../../shared/tenant/tenant.ts";
import type { applyCommand, Command, CommandWithFields } from "../../shared/tenant/commands.ts";
import {
  answer,
  fail,
  failInSwap,
  failForOutage,
  block,
  current,
  ID,
  isOvertaken,
  kill,
  queue,
  succeed,
  withTrigger,
  withJob,
  withoutTrigger,
  withPod,
  work,
  writeNew,
  writeRecord,
} from "./model.ts";
import { movedOn } from "./model-benches.ts";
import { BACKUP, leavingNothing, OLDER_BACKUP, testedOn } from "./model-databases.ts";
import type { Guarantees, ModelJob, Read, Running, State } from "./model.ts";
import { REQUESTER } from "../testkit/requester.ts";

/** The code that is explored, so that it can be replaced by a mutated one. */
export interface Code {
  reconcile: typeof reconcile;
  newTenant: typeof newTenant;
  applyCommand: typeof applyCommand;
  claimStandby: typeof claimStandby;
  asCopy: typeof asCopy;
}

/** What is explored. */
export interface Scenario {
  name: string;
  /** Who there is, and which subdomain each of them wants. */
  tenants: { id: string; subdomain: string }[];
  settings: ReconcileSettings;
  /** How many reconciles run at once, at the most. */
  concurrency: number;
  /** How often each of these may happen on one way. */
  budget: Budget;
  /** The ids of the standbys that the pool makes. */
  standbys?: string[];
  /** The other names that tenants may be given. */
  newNames?: string[];
  /** Whether deletions can be taken back, until the garbage collection finds that their time is over. */
  isRetaining?: boolean;
  /** Whether the tenants are there from the beginning, and at rest. */
  isMade?: boolean;
  /** Whether callers ask for backups. */
  isBackingUp?: boolean;
  /** Whether callers restore a backup and take that back, and what is kept goes. */
  isRestoring?: boolean;
  /** Whether the backup that they restore, or copy, is older than the apps in the bench. */
  isOlder?: boolean;
  /** Who may be made as a copy of whom. Who is copied is suspended or deleted meanwhile, and no more. */
  copies?: { id: string; subdomain: string; of: string }[];
  /** Whether the newest backup is restored apart. There is one from the beginning. */
  isTesting?: boolean;
  /** Whether callers ask for exports. */
  isExporting?: boolean;
  /** Whether backups may be deleted. */
  isLosingBackups?: boolean;
  /** The benches that callers move sites to. */
  newBenches?: string[];
  /** Whether nobody may wait for a free slot without a trigger under way to the queue. */
  isQueueToldAtOnce?: boolean;
}

export interface Budget {
  /** Commands of callers, the creation included. */
  commands: number;
  /** Reconciles that crash between two requests. */
  crashes: number;
  /** Triggers that come twice. */
  duplicates: number;
  /** Triggers that get lost. */
  losses: number;
  /** Jobs that fail, for a while or for good. */
  failures: number;
  /** Jobs that an obstacle blocks before they work, and that may come on again. */
  blockers: number;
  /** Jobs that fail for an outage of what all tenants share. */
  outages: number;
  /** Jumps in time and Jobs deleted by hand. */
  jumps: number;
}

/** A state, with what may still happen on the way from it. */
export interface Node {
  state: State;
  budget: Budget;
}

export interface Step {
  label: string;
  /** What of the budget it spends: undefined for what goes on by itself. */
  spent: keyof Budget | undefined;
  node: Node;
}

export interface Rig {
  scenario: Scenario;
  code: Code;
  guarantees: Guarantees;
}

const NAMES: Record<string, string> = { [ID.a]: "a", [ID.b]: "b", [ID.c]: "c" };

export function nameOf(tenantId: string): string {
  return NAMES[tenantId] ?? tenantId;
}

/** All the steps from a state. */
export function* stepsFrom({ state, budget }: Node, rig: Rig): Generator<Step> {
  const step = (label: string, next: State, spent?: keyof Budget): Step => ({
    label,
    spent,
    node: {
      state: next,
      budget: spent === undefined ? budget : { ...budget, [spent]: budget[spent] - 1 },
    },
  });
  for (const [index, running] of state.running.entries()) {
    const name = nameOf(running.tenantId);
    for (const [way, next] of goOn(state, index, rig).entries()) {
      yield step(`${name}: ${running.request.io}${way > 0 ? ", late" : ""}`, next);
    }
    if (budget.crashes > 0) {
      const rest = state.running.toSpliced(index, 1);
      yield step(`${name}: crashes`, { ...state, running: rest }, "crashes");
    }
  }
  for (const tenantId of Object.keys(state.triggers)) {
    const name = nameOf(tenantId);
    if (state.running.length < rig.scenario.concurrency) {
      yield step(`${name}: trigger`, start(withoutTrigger(state, tenantId), tenantId, rig));
      if (budget.duplicates > 0) {
        yield step(`${name}: trigger, to come again`, start(state, tenantId, rig), "duplicates");
      }
    }
    if (budget.losses > 0) {
      yield step(`${name}: trigger is lost`, withoutTrigger(state, tenantId), "losses");
    }
  }
  for (const job of podsOf(state)) {
    for (const [label, next] of workSteps(state, job, rig)) yield step(label, next);
    if (budget.failures > 0 && canFail(job)) {
      const name = `${nameOf(job.tenantId)}: ${job.kind} Job fails`;
      const stopped = leavingNothing(state, job, rig.guarantees);
      yield step(name, fail(stopped, job, true), "failures");
      yield step(`${name} for good`, fail(stopped, job, false), "failures");
      for (const isRetryable of [true, false]) {
        const half = failInSwap(state, job, isRetryable, rig.guarantees);
        const how = isRetryable ? "" : " for good";
        if (half !== null) yield step(`${name} in the middle of the swap${how}`, half, "failures");
      }
      const killed = kill(state, job);
      if (killed !== null) yield step(`${name}, killed`, killed, "failures");
    }
    if (budget.outages > 0 && canFail(job)) {
      const name = `${nameOf(job.tenantId)}: ${job.kind} Job fails for an outage`;
      yield step(name, failForOutage(state, job), "outages");
    }
    if (budget.blockers > 0 && canFail(job) && state.jobs[job.tenantId] === job) {
      for (const reason of ["ImageNotPulled", "NoNodeFits"] as const) {
        if (job.blocker !== null) continue;
        const name = `${nameOf(job.tenantId)}: ${job.kind} Job is blocked by ${reason}`;
        yield step(name, block(state, job, reason), "blockers");
      }
    }
    const isPresent = state.jobs[job.tenantId] === job && !job.terminating;
    if (budget.jumps > 0 && isPresent) {
      const deleted = withJob(leavingNothing(state, job, rig.guarantees), job.tenantId, null);
      yield step(`${nameOf(job.tenantId)}: Job is deleted by hand`, deleted, "jumps");
    }
  }
  if (budget.commands > 0) {
    for (const [label, next] of commands(state, rig)) yield step(label, next, "commands");
    for (const [label, next] of restoreSteps(state, rig)) yield step(label, next, "commands");
    for (const [label, next] of usesOfBackups(state, rig)) yield step(label, next, "commands");
    for (const [label, next] of upgrades(state, rig)) yield step(label, next, "commands");
    for (const [label, next] of forgotten(state, rig)) yield step(label, next, "commands");
    for (const [label, next] of overdue(state)) yield step(label, next, "commands");
  }
  for (const [label, next] of poolSteps(state, rig)) yield step(label, next);
  for (const [label, next] of purges(state, rig)) yield step(label, next);
  const resynced = resync(state, rig);
  if (resynced !== null) yield step("resync", resynced);
  if (budget.jumps > 0) {
    for (const [label, next] of jumps(state)) yield step(label, next, "jumps");
  }
}

/** Starts a reconcile of a tenant. */
export function start(state: State, tenantId: string, rig: Rig): State {
  const running = replay(tenantId, [], rig);
  return running === null ? state : { ...state, running: [...state.running, running] };
}

/** Lets the index-th reconcile go on by one request, in every way that the model allows. */
export function goOn(state: State, index: number, rig: Rig): State[] {
  const running = state.running[index];
  if (running === undefined) return [];
  return answer(state, running.request, rig.guarantees).map(({ state: next, result }) => {
    const after = advance(running, result, next, rig);
    return {
      ...next,
      running: next.running.toSpliced(index, 1, ...(after === null ? [] : [after])),
    };
  });
}

/** What concerns nobody else. */
const ANSWERED_AT_ONCE = new Set<IoRequest["io"]>(["now", "decided", "readReport"]);

/** A reconcile after an answer; what concerns nobody else it asks and is answered at once. */
function advance(running: Running, result: unknown, state: State, rig: Rig): Running | null {
  let after = replay(running.tenantId, [...running.history, result], rig);
  while (after !== null && ANSWERED_AT_ONCE.has(after.request.io)) {
    const [answered] = answer(state, after.request, rig.guarantees);
    after = replay(after.tenantId, [...after.history, answered?.result], rig);
  }
  return after;
}

/** The real generator, brought to where these answers lead; null when it ends there. */
function replay(tenantId: string, history: unknown[], { code, scenario }: Rig): Running | null {
  const steps = code.reconcile(tenantId, scenario.settings);
  let step = steps.next();
  for (const result of history) step = steps.next(result);
  if (step.done === true) return null;
  // Reading the tenant it begins afresh: nothing that it heard before matters any more.
  const isAfresh = step.value.io === "readTenant";
  return { tenantId, history: isAfresh ? [] : history, request: step.value };
}

function podsOf({ jobs, orphans }: State): ModelJob[] {
  return [...Object.values(jobs).filter((job) => job !== null), ...orphans];
}

function canFail({ terminating, outcome, hasWorked }: ModelJob): boolean {
  return !terminating && outcome === null && !hasWorked;
}

function* workSteps(state: State, job: ModelJob, { guarantees }: Rig): Generator<[string, State]> {
  const name = `${nameOf(job.tenantId)}: ${job.kind} ${job.generation}.${job.attempt}`;
  if (job.blocker !== null && !job.terminating) {
    yield [`${name} comes on again`, withPod(state, job, { ...job, blocker: null })];
  } else if (job.outcome === null && !job.hasWorked) {
    yield [`${name} works`, work(state, job, guarantees)];
    const further = isOvertaken(state, job)
      ? null
      : (movedOn(state, job) ?? testedOn(state, job, guarantees));
    if (further !== null) yield [`${name} gets further`, further];
  }
  if (job.terminating) {
    yield [`${name} has stopped`, withPod(leavingNothing(state, job, guarantees), job, null)];
  } else if (job.outcome === null && job.hasWorked) {
    yield [`${name} succeeds`, succeed(state, job)];
  }
}

type Asked = Command | CommandWithFields;

const COMMANDS: [name: string, command: Asked][] = (
  ["delete", "retry", "suspend", "resume"] as const
).map((command) => [command, command]);

const DELETE = { name: "delete", retentionDays: 14, purge: false, reason: null } as const;

/** Where deletions can be taken back. */
const RETAINING_COMMANDS: [name: string, command: Asked][] = [
  ...COMMANDS.filter(([name]) => name !== "delete"),
  ["delete", DELETE],
  ["undelete", "undelete"],
  ["purge", { ...DELETE, purge: true, reason: "it is insisted on" }],
];

function* commands(state: State, rig: Rig): Generator<[string, State]> {
  for (const { id, subdomain } of rig.scenario.tenants) {
    if (state.answered[id] !== undefined || state.posts[id] !== undefined) continue;
    const created = create(state, { id, subdomain }, rig);
    if (created !== null) yield [`${nameOf(id)}: POST`, created];
    for (const read of ready(state)) {
      const posts = { ...state.posts, [id]: read };
      yield [`${nameOf(id)}: POST reads standby ${nameOf(read.record.id)}`, { ...state, posts }];
    }
  }
  for (const { of: source, ...copy } of rig.scenario.copies ?? []) {
    const backup = rig.scenario.isOlder ? OLDER_BACKUP : BACKUP;
    if (state.answered[copy.id] !== undefined || state.lost[backup]) continue;
    const created = create(state, copy, rig, { backup, tenant: source });
    if (created !== null)
      yield [`${nameOf(copy.id)}: POST of a copy of ${nameOf(source)}`, created];
  }
  for (const stored of Object.values(state.tenants)) {
    if (!stored || stored.record.spec.state === "standby") continue;
    const { id } = stored.record;
    for (const [name, command] of commandsOf(id, rig)) {
      const next = commandFor(state, stored.record, command, rig);
      if (next !== null) yield [`${nameOf(id)}: ${name}`, next];
    }
    for (const name of rig.scenario.newNames ?? []) {
      const holder = state.reservations[name] ?? id;
      const next = commandFor(state, stored.record, { name: "rename", subdomain: name }, rig);
      if (next !== null && holder === id) yield [`${nameOf(id)}: rename to ${name}`, next];
    }
  }
}

function commandsOf(id: string, { scenario }: Rig): [name: string, command: Asked][] {
  const { isRetaining = false, copies = [] } = scenario;
  const all = isRetaining ? RETAINING_COMMANDS : COMMANDS;
  const isSource = copies.some(({ of: source }) => source === id);
  return isSource ? all.filter(([name]) => name === "delete" || name === "suspend") : all;
}

/** Restores apart and exports, which leave the site as it is, and the end of the backup that is read. */
function* usesOfBackups(state: State, rig: Rig): Generator<[string, State]> {
  const { isTesting = false, isExporting = false, isLosingBackups = false } = rig.scenario;
  if (isLosingBackups && !state.lost[BACKUP]) {
    yield ["the backup is deleted", { ...state, lost: { ...state.lost, [BACKUP]: true } }];
  }
  for (const stored of Object.values(state.tenants)) {
    if (!stored) continue;
    const { record } = stored;
    const name = nameOf(record.id);
    const tested = isTesting
      ? commandFor(state, record, { name: "test-restore" }, rig, RESYNC)
      : null;
    if (tested !== null) yield [`${name}: its newest backup is restored apart`, tested];
    const exported = isExporting
      ? commandFor(state, record, { name: "export", backup: BACKUP }, rig)
      : null;
    if (exported !== null) yield [`${name}: export`, exported];
  }
}

const RESYNC: Requester = { ...POOL, name: "resync" };

/** Backups and restores, and the end of what is kept, whose time is over at any moment here. */
function* restoreSteps(state: State, rig: Rig): Generator<[string, State]> {
  const { isBackingUp = false, isRestoring = false } = rig.scenario;
  for (const stored of Object.values(state.tenants)) {
    if (!stored) continue;
    const { record } = stored;
    const name = nameOf(record.id);
    if (isBackingUp) {
      for (const kind of ["manual", "before-purge"] as const) {
        const next = askForBackup(state, record, kind, rig);
        if (next !== null) yield [`${name}: ${kind} backup`, next];
      }
    }
    if (!isRestoring) continue;
    const backup = rig.scenario.isOlder ? OLDER_BACKUP : BACKUP;
    const restore = { name: "restore", backup, reason: null } as const;
    const restored = commandFor(state, record, restore, rig);
    if (restored !== null) yield [`${name}: restore`, restored];
    const undone = commandFor(state, record, { name: "undo-restore" }, rig);
    if (undone !== null) yield [`${name}: undo of the restore`, undone];
    const until = new Date(state.now);
    for (const count of record.status.kept.keys()) {
      const kept = record.status.kept.map((one, k) => (k <= count ? { ...one, until } : one));
      const over = withChanges(record, { status: { kept } });
      const next = commandFor(state, over, { name: "forget-kept" }, rig, GARBAGE_COLLECTION);
      if (next !== null) yield [`${name}: ${count + 1} of what is kept is forgotten`, next];
    }
  }
}

/** Where there are backups, one is made before. */
function* upgrades(state: State, rig: Rig): Generator<[string, State]> {
  const { newBenches = [], isBackingUp = false } = rig.scenario;
  for (const stored of Object.values(state.tenants)) {
    if (!stored) continue;
    const { record } = stored;
    const backup = isBackingUp ? backupOf(state, record, "before-upgrade") : null;
    for (const bench of newBenches) {
      const command = { name: "upgrade", bench, backup, reason: null } as const;
      const next = commandFor(state, record, command, rig);
      if (next === null) continue;
      const askedBackups = backup ? [...next.askedBackups, backup.id] : next.askedBackups;
      yield [`${nameOf(record.id)}: upgrade to ${bench}`, { ...next, askedBackups }];
    }
  }
}

/** Null where none is made. A customer asks for one; the last one of who is retained, the resync. */
export function askForBackup(
  state: State,
  record: Tenant,
  kind: "manual" | "before-purge",
  rig: Rig,
): State | null {
  if ((kind === "before-purge") !== (record.spec.state === "retained")) return null;
  const backup = backupOf(state, record, kind);
  const next = commandFor(state, record, { name: "backup", backup }, rig);
  return next && { ...next, askedBackups: [...next.askedBackups, backup.id] };
}

function backupOf(state: State, { id, spec }: Tenant, kind: BackupKind): BackupRequest {
  const requested_at = new Date(state.now);
  const expires_at = addSeconds(requested_at, DAY_SECONDS);
  return { id: `backup ${id} ${spec.generation + 1}`, kind, requested_at, expires_at };
}

/** What the store does with a new tenant, or a copy: record and reservation, both or neither. */
export function create(
  state: State,
  { id, subdomain }: { id: string; subdomain: string },
  { code }: Rig,
  source: CopySource | null = null,
): State | null {
  if (state.reservations[subdomain] !== undefined) return null;
  const made = code.newTenant({ id, ...asked(id, subdomain) }, new Date(state.now));
  const record = source === null ? made : code.asCopy(made, source);
  const reserved = {
    ...state,
    reservations: { ...state.reservations, [subdomain]: id },
    answered: { ...state.answered, [id]: id },
  };
  return withTrigger(writeNew(reserved, record), id);
}

/** What a customer asks for. */
function asked(customer: string, subdomain: string) {
  return {
    commandId: `w of ${customer}`,
    requestedBy: REQUESTER,
    organization: "Acme",
    subdomain,
    email: emailOf(customer),
  };
}

export function emailOf(customer: string): string {
  return `${nameOf(customer)}@acme.example`;
}

/** The standbys that may be taken, as they are read. */
function ready({ tenants }: State): Read[] {
  return Object.values(tenants).flatMap((stored) =>
    stored !== null && stored.record.status.standby_key !== null ? stored : [],
  );
}

/** What the pool does, and the POSTs that have read a standby. It takes two steps to read and to write. */
function* poolSteps(state: State, rig: Rig): Generator<[string, State]> {
  const { standbys = [], tenants } = rig.scenario;
  for (const id of standbys.filter((each) => state.tenants[each] === undefined)) {
    const standby = { bench: "main", image: "frappe/erpnext:v16", apps: ["erpnext"] };
    const record = newStandby({ id, commandId: "w", standby }, new Date(state.now));
    yield [`the pool makes ${nameOf(id)}`, withTrigger(writeNew(state, record), id)];
  }
  for (const { id, subdomain } of tenants) {
    const read = state.posts[id];
    if (read === undefined) continue;
    const { [id]: _, ...posts } = state.posts;
    const next = give({ ...state, posts }, { id, subdomain, read }, rig);
    yield [`${nameOf(id)}: POST takes ${nameOf(read.record.id)}`, next];
  }
  for (const [index, read] of state.plans.entries()) {
    const next = { ...state, plans: state.plans.toSpliced(index, 1) };
    const { droppingInsistsOnVersion } = rig.guarantees;
    const stored = current(state, read.record.id, read.version, droppingInsistsOnVersion);
    const dropped = stored && commandFor(next, stored.record, "delete", rig, POOL);
    yield [`the pool drops ${nameOf(read.record.id)}`, dropped ?? next];
  }
  for (const id of standbys) {
    const stored = state.tenants[id];
    if (stored?.record.spec.state !== "standby") continue;
    if (state.plans.some(({ record }) => record.id === id)) continue;
    yield [`the pool finds ${nameOf(id)} too old`, { ...state, plans: [...state.plans, stored] }];
  }
}

/** What the store does with a standby that a customer is to get: record and reservation, both or neither. */
function give(
  state: State,
  { id, subdomain, read }: { id: string; subdomain: string; read: Read },
  { code, guarantees }: Rig,
): State {
  const { givingInsistsOnVersion, givingIsAtomic } = guarantees;
  const stored = current(state, read.record.id, read.version, givingInsistsOnVersion);
  const isFree = state.reservations[subdomain] === undefined;
  if (stored === null || !isFree) {
    if (givingIsAtomic || !isFree) return state;
    return { ...state, reservations: { ...state.reservations, [subdomain]: read.record.id } };
  }
  const changes = code.claimStandby(read.record, asked(id, subdomain), new Date(state.now));
  const given = writeRecord(state, stored, changes, { guarantees });
  const answered = { ...given.answered, [id]: read.record.id };
  return withTrigger({ ...given, answered }, read.record.id);
}

/** Null where the command changes nothing. */
export function commandFor(
  state: State,
  record: Tenant,
  command: Command | CommandWithFields,
  { code, guarantees }: Rig,
  requestedBy = REQUESTER,
): State | null {
  const request = {
    commandId: `${typeof command === "string" ? command : command.name} ${record.spec.generation}`,
    requestedBy,
    now: new Date(state.now),
  };
  const result = code.applyCommand(record, command, request);
  if (result.outcome !== "changed") return null;
  return withTrigger(writeRecord(state, { record }, result.changes, { guarantees }), record.id);
}

/** Null where the resync would trigger nobody who is not triggered already. */
export function resync(state: State, { scenario }: Rig): State | null {
  const due = Object.values(state.tenants)
    .flatMap((stored) => stored?.record ?? [])
    .filter(({ status: { next_reconcile_at } }) => {
      return next_reconcile_at !== null && next_reconcile_at.getTime() <= state.now;
    })
    .map(({ id }) => id);
  const jobs = Object.entries(state.jobs).flatMap(([tenantId, job]) =>
    job === null ? [] : { tenantId, hasEnded: job.outcome !== null },
  );
  const slots = Object.entries(state.slots).map(([slot, tenantId]) => ({
    slot: Number(slot),
    tenantId,
  }));
  const free = Math.max(0, scenario.settings.maxConcurrentJobs - slots.length);
  const reconciled = [...tenantsToReconcile({ due, jobs, slots }), ...queue(state).slice(0, free)];
  // To look at a tenant that is gone changes nothing; what is left of it is the garbage collection's.
  const there = reconciled.filter((tenantId) => Boolean(state.tenants[tenantId]));
  const news = there.filter((tenantId) => state.triggers[tenantId] !== true);
  if (news.length === 0) return null;
  return news.reduce((next, tenantId) => withTrigger(next, tenantId), state);
}

/** What an operator has to set right is waited for as long. */
const TIMEOUT_MILLISECONDS = 600_000;

/** The daily garbage collection forgets names whose time is over; here their time is over at any moment. */
function* forgotten(state: State, rig: Rig): Generator<[string, State]> {
  for (const stored of Object.values(state.tenants)) {
    if (!stored || stored.record.spec.former_subdomains.length === 0) continue;
    const { record } = stored;
    const former_subdomains = record.spec.former_subdomains.map((former) => ({
      ...former,
      until: new Date(state.now),
    }));
    const over = withChanges(record, { spec: { former_subdomains } });
    const next = commandFor(state, over, { name: "forget-names" }, rig);
    if (next !== null) yield [`${nameOf(record.id)}: former names are forgotten`, next];
  }
}

export const GARBAGE_COLLECTION: Requester = { ...POOL, name: "garbage-collection" };

/** It finds those whose deletion can be taken back no longer; here their time is over at any moment. */
function* overdue(state: State): Generator<[string, State]> {
  for (const stored of Object.values(state.tenants)) {
    if (!stored || stored.record.spec.retention === null) continue;
    const { id } = stored.record;
    if (state.purges.some(({ record }) => record.id === id)) continue;
    yield [`${nameOf(id)}: its time is over`, { ...state, purges: [...state.purges, stored] }];
  }
}

/** What it has found, it deletes for good, unless it has changed since. */
function* purges(state: State, rig: Rig): Generator<[string, State]> {
  for (const [index, read] of state.purges.entries()) {
    const next = { ...state, purges: state.purges.toSpliced(index, 1) };
    const { purgingInsistsOnVersion } = rig.guarantees;
    const stored = current(state, read.record.id, read.version, purgingInsistsOnVersion);
    const purged = stored && commandFor(next, stored.record, "delete", rig, GARBAGE_COLLECTION);
    yield [`${nameOf(read.record.id)}: is deleted for good`, purged ?? next];
  }
}

/** Time passes until something is due. */
function* jumps(state: State): Generator<[string, State]> {
  const times = {
    next_reconcile_at: [] as number[],
    started_at: [] as number[],
    deadline_at: [] as number[],
  };
  for (const stored of Object.values(state.tenants)) {
    const { next_reconcile_at, operation } = stored?.record.status ?? {};
    if (next_reconcile_at) times.next_reconcile_at.push(next_reconcile_at.getTime());
    if (operation) times.started_at.push(operation.started_at.getTime());
    if (operation?.deadline_at) times.deadline_at.push(operation.deadline_at.getTime());
  }
  const outage = Object.values(state.outages).map((began) => began + OUTAGE_SECONDS * 1000);
  // No function runs for as long as an attempt may take, or an outage.
  const isIdle = state.running.length === 0;
  if (!isIdle) times.deadline_at = [];
  const since = Object.values(state.jobs).flatMap((job) => job?.blocker?.since.getTime() ?? []);
  const timeout = since.map((time) => time + TIMEOUT_MILLISECONDS);
  for (const [what, found] of Object.entries({
    ...times,
    timeout,
    outage: isIdle ? outage : [],
  })) {
    const future = found.filter((time) => time > state.now);
    if (future.length > 0) yield [`until ${what}`, { ...state, now: Math.min(...future) }];
  }
}
