/**
 * When two states are the same: what cannot make a difference to what follows is left out. Versions and
 * uids count only by whether they are still the newest, times only by whether they have come.
 *
 * The last is a simplification: of two states that differ in how far off a time is, only the first that
 * was reached is continued.
 *
 * @module
 */
import type { Job } from "../../shared/reconciler/decision.ts";
import { OUTAGE_SECONDS } from "../../shared/reconciler/attempts.ts";
import { wantedNames } from "../../shared/tenant/site-names.ts";
import {
  BACKUP_KIND,
  DROP_KEPT_KIND,
  EXPORT_KIND,
  isRequested,
  RESTORE_KIND,
  TEST_RESTORE_KIND,
  UNDO_RESTORE_KIND,
  UPGRADE_KIND,
} from "../../shared/tenant/tenant.ts";
import type { Database, JobData } from "./model-databases.ts";
import type { Operation, SiteNames, Tenant } from "../../shared/tenant/tenant.ts";
import type { Node } from "./explored-steps.ts";
import { queue } from "./model.ts";
import type { ModelJob, Read, Running, State } from "./model.ts";

export function keyOf({ state, budget }: Node): string {
  return `${keyOfState(state)}|${Object.values(budget).join()}`;
}

/** Of all but what may still happen. */
export function keyOfState(state: State): string {
  const running = state.running.map((one) => keyOfRunning(one, state)).toSorted();
  const ofRead = ({ record, version }: Read) =>
    `${record.id}${state.tenants[record.id]?.version === version ? "=" : "!"}`;
  return [
    keyOfRest(state),
    Object.keys(state.triggers).toSorted().join(),
    entries(state.posts, ofRead),
    state.plans.map(ofRead).join(),
    state.purges.map(ofRead).join(),
    ...running,
  ].join("|");
}

/** Of all but the triggers and the reconciles at work. */
export function keyOfRest(state: State): string {
  const { tenants, jobs, sites, hosts, claims } = state;
  return [
    entries(tenants, (stored) =>
      stored === null ? "gone" : keyOfRecord(stored.record, state.now),
    ),
    queue(state).join(),
    entries(state.slots, String),
    entries(jobs, (job) => (job === null ? "" : keyOfPod(job) + keyOfBlocker(job, state.now))),
    state.orphans.map(keyOfPod).join(),
    entries(state.secrets, String),
    entries(sites, (site) =>
      site === undefined ? "" : `${site.state}${site.hasCustomer}${site.database}${site.bench}`,
    ),
    entries(state.databases, keyOfDatabase),
    entries(state.backups, String),
    Object.keys(state.bucket).toSorted().join(),
    Object.keys(state.lost).toSorted().join(),
    Object.keys(state.exports).toSorted().join(),
    state.askedBackups.join(),
    entries(hosts, ({ owner, isServed }) => `${owner}${isServed}`),
    entries(state.reservations, String),
    entries(claims, (claim) => (claim === undefined ? "" : `${claim.generation}.${claim.attempt}`)),
    Object.keys(state.tombstones).toSorted().join(),
    entries(state.answered, String),
    entries(state.outages, (began) => (isLong(began, state.now) ? "l" : "s")),
  ].join("|");
}

function keyOfDatabase({ owner, isWhole, version, isQuiet, isAbandoned }: Database): string {
  return `${owner}${isWhole}${version}${isQuiet ? "q" : ""}${isAbandoned ? "a" : ""}`;
}

function entries<T>(object: Record<string, T>, text: (value: T) => string): string {
  return Object.keys(object)
    .toSorted()
    .map((name) => `${name}:${text(object[name] as T)}`)
    .join();
}

function keyOfRecord(record: Tenant, now: number): string {
  const { spec, status } = record;
  const { operation } = status;
  const past = (time: Date | null | undefined) =>
    time === null || time === undefined ? "-" : time.getTime() <= now ? "p" : "f";
  return [
    spec.state,
    spec.retention?.from ?? "",
    spec.generation,
    status.phase,
    keyOfNames(wantedNames(spec)),
    status.site === null
      ? ""
      : `site ${status.site.suspended}${status.site.retained ? "r" : ""} ${keyOfNames(status.site)}`,
    status.removed,
    status.observed_generation,
    status.message === null ? "" : (status.condition ?? ""),
    status.reason ?? "",
    operation === null ? "" : `${operation.kind}${operation.generation}.${operation.attempt}`,
    operation?.slot ?? "",
    keyOfOutage(operation, now),
    past(operation?.started_at),
    past(operation?.deadline_at),
    status.queue_key === null ? "" : "q",
    status.standby_key === null ? "" : "r",
    past(status.next_reconcile_at),
    keyOfRestores(record),
    keyOfBenches(record),
  ].join(" ");
}

/** Where the site is to be, where it is, and how far the way there. */
function keyOfBenches({ spec, status: { site, upgrade } }: Tenant): string {
  const way =
    upgrade === null
      ? ""
      : `${upgrade.from}>${upgrade.to}${upgrade.under_way}${upgrade.failure === null ? "" : "f"}`;
  return [spec.bench, site?.bench ?? "", way].join();
}

/** What is asked for of backups and restores, and what is known of them. */
function keyOfRestores(record: Tenant): string {
  const { spec, status } = record;
  const kinds = [
    BACKUP_KIND,
    RESTORE_KIND,
    UNDO_RESTORE_KIND,
    DROP_KEPT_KIND,
    UPGRADE_KIND,
    TEST_RESTORE_KIND,
    EXPORT_KIND,
  ];
  const pending = kinds.filter((kind) => isRequested(record, kind));
  return [
    ...pending,
    spec.backup?.id ?? "",
    status.backup?.id ?? "",
    spec.restore?.database ?? "",
    status.site?.database ?? "",
    `${spec.quiet}${status.site?.quiet ?? ""}`,
    status.backup?.tests?.failure ? "t" : "",
    status.export?.folder ?? "",
    ...status.kept.map(
      ({ database, until }) => `${database}${until > record.created_at ? "" : "!"}`,
    ),
  ].join();
}

/** What a Job knows of them. */
function keyOfData(data: JobData): string {
  return [
    data.database,
    data.restored ?? "",
    data.newest ?? "",
    data.isOpen,
    data.backup ?? "",
    data.isQuiet,
    data.tested,
    data.exported ?? "",
    ...data.kept,
  ].join();
}

function keyOfNames({ subdomain, former_subdomains }: SiteNames): string {
  return `${subdomain ?? ""}<${former_subdomains.join("<")}`;
}

/** The attempts that did not count, and whether the outage has lasted for as long as is waited for. */
function keyOfOutage(operation: Operation | null, now: number): string {
  if (!operation?.outage) return "";
  const { attempts, since } = operation.outage;
  return `o${attempts}${since === null ? "" : isLong(since.getTime(), now) ? "l" : "s"}`;
}

function isLong(since: number, now: number): boolean {
  return now - since >= OUTAGE_SECONDS * 1000;
}

/** What blocks a Job, and whether it has done so for as long as is waited for. */
function keyOfBlocker({ blocker }: ModelJob, now: number): string {
  if (blocker === null) return "";
  const lasted = now - blocker.since.getTime();
  return `${blocker.reason}${lasted >= 600_000 ? 2 : lasted >= 45_000 ? 1 : 0}`;
}

function keyOfPod(job: ModelJob): string {
  return `${keyOfJob(job)}${keyOfNames(job.names)}${keyOfData(job.data)}${Object.values(job.benches).join()}${job.reason ?? ""}${job.hasWorked ? "w" : ""}${job.isStray ? "s" : ""}`;
}

function keyOfJob({ kind, generation, attempt, terminating, outcome }: Job | ModelJob): string {
  const ended =
    outcome === null
      ? ""
      : outcome.result === "succeeded"
        ? "ok"
        : !outcome.retryable
          ? "given up"
          : outcome.isOutage
            ? "outage"
            : "failed";
  return `${kind}${generation}.${attempt}${terminating ? "t" : ""}${ended}`;
}

function keyOfRunning({ tenantId, history, request }: Running, state: State): string {
  return `${tenantId} ${request.io} ${history.map((result) => keyOfResult(result, tenantId, state)).join(" ")}`;
}

function keyOfResult(result: unknown, tenantId: string, state: State): string {
  if (result instanceof Date) return "";
  if (typeof result !== "object" || result === null) return String(result);
  if (Array.isArray(result)) return `[${result.join()}]`;
  if ("uid" in result) {
    const isPresent = state.jobs[tenantId]?.uid === result.uid;
    return `${keyOfJob(result as Job)}${isPresent ? "=" : "!"}`;
  }
  const stored = state.tenants[tenantId];
  if ("stored" in result) return `claimed ${keyOfResult(result.stored, tenantId, state)}`;
  const { version, result: claim } = result as { version?: unknown; result?: string };
  const isNewest = version === undefined || version === stored?.version;
  if ("record" in result) {
    return isNewest ? "newest" : `stale ${keyOfRecord(result.record as Tenant, state.now)}`;
  }
  return `${claim ?? ""}${isNewest ? "=" : "!"}`;
}
