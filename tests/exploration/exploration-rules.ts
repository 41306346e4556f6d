/**
 * The rules that hold in every state that can be reached, and on every step between two of them. A rule
 * that is broken throws a `Violation` with a sentence.
 *
 * @module
 */
import { countedAttempts, OUTAGE_SECONDS } from "../../shared/reconciler/attempts.ts";
import { definitionOf } from "../../shared/operations/registry.ts";
import { operationId } from "../../shared/tenant/operation-record.ts";
import { toStatusView } from "../../shared/tenant/status-event.ts";
import { hasWantedNames, heldSubdomains } from "../../shared/tenant/site-names.ts";
import { isNobodys, POOL } from "../../shared/tenant/standby.ts";
import {
  BACKUP_KIND,
  hasFailed,
  isDeleted,
  isSettled,
  isToGo,
} from "../../shared/tenant/tenant.ts";
import type { Phase, Tenant } from "../../shared/tenant/tenant.ts";
import { emailOf, GARBAGE_COLLECTION } from "./explored-steps.ts";
import type { Scenario } from "./explored-steps.ts";
import { OUTAGE, queue } from "./model.ts";
import type { State } from "./model.ts";
import {
  checkBackups,
  checkDatabases,
  checkEndedBackups,
  checkLeftovers,
  checkSwap,
} from "./restore-rules.ts";
import { checkCopy, checkQuiet, checkQuietAtRest } from "./copy-rules.ts";
import { checkAfterTests, checkExports, checkReading, checkTests } from "./test-rules.ts";
import {
  checkAfterMoves,
  checkBenches,
  checkMove,
  isClosedByRestore,
  isWhereRecorded,
} from "./upgrade-rules.ts";
import { holds } from "./violation.ts";

function records({ tenants }: State): Tenant[] {
  return Object.values(tenants).flatMap((stored) => stored?.record ?? []);
}

/** What holds in every state, in the midst of whatever is going on. */
export function checkState(state: State, { settings, isQueueToldAtOnce }: Scenario): void {
  for (const record of records(state)) {
    const { id, spec, status } = record;
    const { generation } = spec;
    const { operation } = status;
    const held = heldSubdomains(record);
    holds(
      held.every((name) => state.reservations[name] === id),
      "a tenant holds its name",
    );
    const names = Object.values(state.hosts).filter(({ owner }) => owner === id);
    const isReached = names.some(({ isServed }) => isServed);
    const hasNames = status.site !== null && status.site.subdomain !== null;
    holds(
      !hasNames || spec.state === "absent" || isReached,
      "visitors reach the site by some name",
    );
    holds(
      isToGo(record) === (status.phase === "deleting" || isDeleted(record)),
      "who is to go, and only who, is going",
    );
    holds(
      (spec.state === "retained") === (spec.retention !== null),
      "who can come back, and only who, is retained",
    );
    const site = state.sites[id];
    holds(
      !isDeleted(record) || site === undefined || site.state === "retained",
      "who is deleted is behind the fence",
    );
    holds(status.observed_generation <= generation, "no outcome is known of what is not asked for");
    holds((operation?.generation ?? 0) <= generation, "no operation is newer than the command");
    const slot = operation?.slot ?? null;
    holds(status.queue_key === null || slot === null, "who has a slot does not wait");
    holds(slot === null || state.slots[slot] === id, "a tenant's slot is its own");
  }
  checkTold(state);
  checkCustomers(state);
  for (const record of records(state)) {
    const isTold = record.status.condition === "blocked";
    const isWaiting = !isSettled(record) || record.spec.state === "absent";
    holds(!isTold || isWaiting, "what blocks a Job is no failure");
  }
  for (const [slot, tenantId] of Object.entries(state.slots)) {
    const holder = state.tenants[tenantId]?.record.status.operation?.slot;
    holds(holder === Number(slot), "no slot is taken by a tenant that does not know of it");
  }
  for (const [subdomain, { owner }] of Object.entries(state.hosts)) {
    holds(state.reservations[subdomain] === owner, "a name is free only when nothing leads by it");
  }
  for (const [tenantId, site] of Object.entries(state.sites)) {
    holds(site === undefined || Boolean(state.tenants[tenantId]), "no site outlives its tenant");
  }
  for (const [tenantId, job] of Object.entries(state.jobs)) {
    if (job === null) continue;
    const orphan = state.orphans.find((pod) => pod.tenantId === tenantId);
    holds(orphan === undefined, "no Job works while the Pod of an older one is there");
    const stored = state.tenants[tenantId] ?? null;
    holds(stored !== null || job.isStray, "no Job outlives its tenant");
  }
  const working = Object.values(state.jobs).filter(
    (job) => job !== null && job.outcome === null && !job.isStray,
  );
  holds(working.length <= settings.maxConcurrentJobs, "no more Jobs work than there are slots");
  if (isQueueToldAtOnce && state.running.length === 0) {
    const isFree = Object.keys(state.slots).length < settings.maxConcurrentJobs;
    const isTold = queue(state).some((tenantId) => state.triggers[tenantId]);
    holds(!isFree || queue(state).length === 0 || isTold, "nobody waits while a slot is free");
  }
  for (const record of records(state)) {
    checkDatabases(record, state);
    checkBenches(record, state);
    checkCopy(record, state);
    checkTests(record, state);
  }
  checkBackups(state);
  checkExports(state);
}

/** Who was answered has a tenant of their own; and what may be taken is nobody's. */
function checkCustomers(state: State): void {
  const given = Object.values(state.answered);
  holds(new Set(given).size === given.length, "a standby is given to one customer");
  for (const [customer, tenantId] of Object.entries(state.answered)) {
    const stored = state.tenants[tenantId];
    holds(stored !== undefined, "who was answered has a tenant");
    const isTheirs = !stored || stored.record.profile.email === emailOf(customer);
    holds(isTheirs, "a tenant is its customer's");
  }
  for (const record of records(state)) {
    const { id, spec, status } = record;
    if (status.standby_key === null) continue;
    holds(spec.state === "standby", "what may be taken is nobody's");
    holds(status.site !== null && isAsRecorded(record, state), `what may be taken is made: ${id}`);
  }
}

/** What subscribers were told last, and what the history says, is what the record says. */
function checkTold({ tenants, events, history }: State): void {
  for (const [id, stored] of Object.entries(tenants)) {
    const event = events[id];
    const open = openIn(history, id);
    if (stored === null) {
      // Of a standby that nobody was given, nothing is told.
      holds(
        event === undefined || event.type === "deleted",
        "the last that is told of a tenant is that it is deleted",
      );
      holds(open.length === 0, "no attempt of a tenant that is gone is open");
      continue;
    }
    const { record } = stored;
    const isTold =
      JSON.stringify(event?.data) === JSON.stringify(toStatusView(record)) &&
      event?.sequence === record.sequence;
    if (isNobodys(record)) holds(event === undefined, "nothing is told of what is nobody's");
    else if (isDeleted(record)) {
      const isLast = event?.type === "deleted" && event.sequence === record.sequence;
      holds(isLast, "the last that is told of who is deleted is that it is");
    } else holds(isTold, "the newest event says what is so");
    holds(open.join() === openOn(record).join(), "the history has what is under way, and no more");
  }
}

/** The attempts of a tenant without an outcome, as the history has them. */
function openIn(history: State["history"], id: string): string[] {
  return Object.keys(history)
    .filter((one) => one.startsWith(`${id}.`))
    .filter((one) => history[one] === "queued" || history[one] === "running")
    .map((one) => `${one} ${history[one]}`)
    .toSorted();
}

/** The same, as the record has them: one that has a slot, and what the newest command waits for. */
function openOn(record: Tenant): string[] {
  const { id, spec, status } = record;
  const { operation } = status;
  const nameOf = (generation: number, attempt: number) => operationId(id, generation, attempt);
  const open: string[] = [];
  if (isSettled(record)) return open;
  if (operation !== null && operation.slot !== null) {
    open.push(`${nameOf(operation.generation, operation.attempt)} running`);
  }
  if (operation?.generation !== spec.generation) open.push(`${nameOf(spec.generation, 1)} queued`);
  else if (operation.slot === null) {
    open.push(`${nameOf(operation.generation, operation.attempt)} queued`);
  }
  return open.toSorted();
}

/** What holds of every step. */
export function checkStep(before: State, after: State): void {
  checkTelling(before, after);
  checkEndedBackups(before, after);
  for (const record of records(after)) {
    const was = before.tenants[record.id]?.record;
    if (was === undefined) continue;
    holds(record.spec.generation >= was.spec.generation, "a newer command is not undone");
    checkSwap(was, record, after);
    checkMove(was, record, after);
    checkQuiet(was, record);
    checkReading(was, record);
    const isDropped = record.spec.state === "absent" && was.spec.state !== "absent";
    const isPools = record.spec.requested_by.name === POOL.name;
    holds(
      !isDropped || !isPools || was.spec.state === "standby",
      "the pool drops what is nobody's",
    );
    const isPurged = isDropped && record.spec.requested_by.name === GARBAGE_COLLECTION.name;
    holds(!isPurged || was.spec.state === "retained", "who came back is not deleted for good");
    holds(!isDropped || isDeleted(record) === isDeleted(was), "who is deleted stays so to the end");
    const isBack = was.spec.retention !== null && !isToGo(record);
    holds(
      !isBack || record.spec.state === was.spec.retention?.from,
      "who comes back is to be as before",
    );
    holds(
      record.spec.generation > was.spec.generation || record.spec.state === was.spec.state,
      "only a caller changes what is asked for",
    );
    holds(
      record.status.observed_generation >= was.status.observed_generation,
      "what is known stays known",
    );
    holds(!isOlder(record, was), "an operation is not undone");
    if (isNewlySettled(record, was) && record.status.condition === "failed") {
      const { operation } = record.status;
      const attempts = operation === null ? 0 : countedAttempts(operation);
      const isGivenUp = record.status.retryable === false || attempts === maxAttemptsOf(record);
      // Of who is to go, only what is no part of the deletion is given up.
      const isPart = isToGo(record) && operation?.kind !== BACKUP_KIND;
      holds(isGivenUp && !isPart, "what may succeed is tried again");
      const lasted = after.now - (after.outages[record.id] ?? 0);
      const isOutage = record.status.reason === OUTAGE;
      holds(
        !isOutage || lasted >= OUTAGE_SECONDS * 1000,
        "an outage gives nobody up before an hour",
      );
    }
    const began = was.status.operation?.outage?.since?.getTime() ?? after.now;
    holds(
      freeAttempts(record) <= freeAttempts(was) || after.now - began < OUTAGE_SECONDS * 1000,
      "an outage that lasts costs attempts",
    );
    const { phase } = record.status;
    const isNewlyVerified = phase !== was.status.phase || isNewlySettled(record, was);
    if (isNewlyVerified && (phase === "active" || phase === "suspended")) {
      const isWhole = isWhereRecorded(record, after);
      const isThere = isWhole || (phase === "suspended" && isClosedByRestore(record, after));
      const isPlaced = isAsRecorded(record, after) && isThere;
      const isVerified = isPlaced && after.sites[record.id]?.state === phase;
      holds(isVerified || record.status.condition === "failed", `${phase} means verified`);
    }
  }
  for (const [id, stored] of Object.entries(before.tenants)) {
    if (stored === null || after.tenants[id] !== null) continue;
    const { state } = stored.record.spec;
    holds(state === "absent", "only who is to go goes");
    holds(after.sites[id] === undefined, "a tenant goes only when its site is gone");
  }
}

/**
 * Whether the site has the customer and the names that the record says were verified. Names that are still to change may
 * have changed, or not: a rename that was overtaken is done once more.
 */
function isAsRecorded({ id, spec, status }: Tenant, { sites, hosts }: State): boolean {
  if (status.site !== null && !hasWantedNames(spec, status.site)) {
    return sites[id]?.hasCustomer === true;
  }
  const { subdomain = null, former_subdomains = [] } = status.site ?? {};
  const leads = (name: string, isServed: boolean) =>
    hosts[name]?.owner === id && hosts[name].isServed === isServed;
  return (
    sites[id]?.hasCustomer === (subdomain !== null) &&
    (subdomain === null || leads(subdomain, true)) &&
    former_subdomains.every((name) => leads(name, false))
  );
}

/** Nothing is told twice, or left out; and what has ended in the history stays as it is. */
function checkTelling(before: State, after: State): void {
  for (const [id, event] of Object.entries(after.events)) {
    const was = before.events[id]?.sequence ?? 0;
    holds(event.sequence - was <= 1, "no event is left out");
  }
  for (const [id, state] of Object.entries(before.history)) {
    const isOver = state !== "queued" && state !== "running";
    holds(!isOver || after.history[id] === state, "what has ended is not told anew");
  }
}

/** How many attempts an outage has ended that count as none. */
function freeAttempts({ status: { operation } }: Tenant): number {
  return operation?.outage?.attempts ?? 0;
}

function isOlder(record: Tenant, was: Tenant): boolean {
  const [now, then] = [record.status.operation, was.status.operation];
  if (then === null) return false;
  if (now === null) return true;
  return (
    now.generation < then.generation ||
    (now.generation === then.generation && now.attempt < then.attempt)
  );
}

/** After how many attempts its command is given up. */
function maxAttemptsOf({ status: { operation } }: Tenant): number | null {
  return operation && definitionOf(operation.kind).maxAttempts;
}

function isNewlySettled(record: Tenant, was: Tenant): boolean {
  return isSettled(record) && record.status.observed_generation > was.status.observed_generation;
}

/** Of a tenant that has what was asked for. */
function phaseOf({ spec }: Tenant): Phase {
  if (spec.state === "retained") return "deleted";
  return spec.state === "suspended" ? "suspended" : "active";
}

/** What holds when nothing goes on any more, and the garbage collection has been. */
export function checkRest(state: State): void {
  for (const record of records(state)) {
    const { id, spec, status } = record;
    const { phase } = status;
    holds(isSettled(record), "every command has an outcome");
    holds(status.next_reconcile_at === null, "who is settled is left alone");
    holds(spec.state !== "absent", "who is to go is gone");
    holds(status.queue_key === null, "nobody waits");
    checkAfterTests(record, state);
    if (hasFailed(record)) continue;
    holds(phase === phaseOf(record), "the command is carried out");
    const place = spec.state === "retained" ? "retained" : phase;
    const isAsSaid = isAsRecorded(record, state) && state.sites[id]?.state === place;
    holds(isAsSaid, "the site is as the record says");
    holds(
      spec.state !== "present" || (status.site !== null && hasWantedNames(spec, status.site)),
      "the site has the names that are asked for",
    );
    holds(state.secrets[id] === true, "the Secret is there");
    checkLeftovers(record, state);
    checkAfterMoves(record);
    checkQuietAtRest(record, state);
  }
  holds(Object.keys(state.slots).length === 0, "no slot is taken");
  holds(
    Object.values(state.jobs).every((job) => job === null),
    "no Job is left",
  );
  holds(state.orphans.length === 0, "no Pod is left");
  for (const [tenantId, isThere] of Object.entries(state.secrets)) {
    holds(!isThere || Boolean(state.tenants[tenantId]), "no Secret outlives its tenant");
  }
  for (const [subdomain, tenantId] of Object.entries(state.reservations)) {
    const record = state.tenants[tenantId]?.record;
    const isHeld = record !== undefined && heldSubdomains(record).includes(subdomain);
    holds(isHeld, "no name is reserved for nobody");
  }
}
