/**
 * The garbage collection, once a day: finds what has no owner. A reconcile that stood still for long and then went on
 * may leave a Secret or a Job of a tenant that is gone, and people change things by hand.
 *
 * It also deletes for good whose deletion can be taken back no longer (purge-retained.ts).
 *
 * It removes only what is provably ours, has no tenant on a second look, and is over an hour old (no
 * function runs that long); whatever else is not as it should be it reports. Unlike the resync it costs
 * with the number of tenants. It never lists Secrets, for listing is reading: those of tenants that are
 * gone it finds by the records of their deletions.
 *
 * @module
 */
import { isStoreUnusable } from "../../shared/platform/errors.ts";
import { errorFields, log } from "../../shared/platform/log.ts";
import { randomUUID } from "node:crypto";
import type { Dependencies } from "../../shared/runtime/run-reconcile.ts";
import type { Reservation } from "../../shared/firestore/store.ts";
import { addSeconds, DELETION_RECORD_DAYS, isSettled } from "../../shared/tenant/tenant.ts";
import { isTenantId } from "../../shared/tenant/names.ts";
import { applyCommand } from "../../shared/tenant/commands.ts";
import { hasLeftovers } from "../../shared/tenant/restore-commands.ts";
import { heldSubdomains } from "../../shared/tenant/site-names.ts";
import type { Tenant } from "../../shared/tenant/tenant.ts";
import { deleteSecrets } from "../../shared/runtime/delete-secrets.ts";
import { reconcileTenant } from "../../shared/runtime/reconcile-tenant.ts";
import { removeLeftKeys } from "./collect-backups.ts";
import { leftCertificates, leftDomains } from "./collect-domains.ts";
import { isGone } from "./findings.ts";
import type { Finding, Findings } from "./findings.ts";
import { beginReport } from "./garbage-report.ts";
import type { Report } from "./garbage-report.ts";
import { drainPool } from "./keep-pool.ts";
import { purgeRetained } from "./purge-retained.ts";

/** Older than any function that may still be about to use it. */
const MIN_AGE_SECONDS = 3600;

/** A leftover is looked for as long as the deletion record is kept. */
const LEFTOVER_SECONDS = DELETION_RECORD_DAYS * 24 * 3600;

/** What it looks for, and what each look is called where it fails. */
const LOOKS: readonly [
  name: string,
  look: (dependencies: Dependencies, before: Date) => Findings,
][] = [
  ["standbys", leftStandbys],
  ["site Jobs", leftJobs],
  ["Secrets", leftSecrets],
  ["names and tenants", lostNamesAndTenants],
  ["deletions", lostDeletions],
  ["custom domains", leftDomains],
  ["certificates", leftCertificates],
];

/** Collects, logs a line for each finding, and records them. Throws only when the database does not answer. */
export async function collectGarbage(dependencies: Dependencies, now = new Date()): Promise<void> {
  const report = await beginReport(dependencies.store, now);
  try {
    await collect(dependencies, now, report);
  } catch (error) {
    report.addFailure("the rest", error);
    throw error;
  } finally {
    await report.end();
  }
}

async function collect(dependencies: Dependencies, now: Date, report: Report): Promise<void> {
  const before = addSeconds(now, -MIN_AGE_SECONDS);
  await apart("retained tenants", report, () => purgeRetained(dependencies, now));
  await apart("keys of backups", report, () => removeLeftKeys(dependencies));
  for (const [name, look] of LOOKS) {
    await apart(name, report, async () => {
      for await (const finding of look(dependencies, before)) report.add(finding);
    });
  }
  log("INFO", "GarbageCollectionFinished", { findings: report.count() });
}

/** One thing that is not as it should be keeps nobody from looking at the others. */
async function apart(name: string, report: Report, part: () => Promise<void>): Promise<void> {
  try {
    await part();
  } catch (error) {
    if (isStoreUnusable(error)) throw error;
    log("ERROR", "GarbageCollectionFailed", { part: name, ...errorFields(error) });
    report.addFailure(name, error);
  }
}

/** Standbys of a pool that was turned off. */
async function* leftStandbys(dependencies: Dependencies): Findings {
  for (const tenantId of await drainPool(dependencies, new Date())) {
    yield { event: "StandbyDropped", tenantId };
  }
}

/** Site Jobs of tenants that are gone. Without its deletion record, one may be of another control plane's tenant. */
async function* leftJobs({ cluster, store }: Dependencies, before: Date): Findings {
  const old = (await cluster.listJobs()).filter(({ createdAt }) => createdAt < before);
  const suspects = [];
  for (const job of old) if (await isGone(job.tenantId, store)) suspects.push(job);
  for (const { tenantId, uid } of suspects) {
    const deletion = await store.readDeletion(tenantId);
    if (!(await isGone(tenantId, store))) continue;
    if (deletion?.completed_at) {
      await cluster.deleteJob(tenantId, uid);
      yield { event: "OrphanedJobRemoved", tenantId };
    } else {
      yield { event: "UnknownJob", tenantId };
    }
  }
}

/** Secrets of tenants that are gone. */
async function* leftSecrets(dependencies: Dependencies, before: Date): Findings {
  const { store } = dependencies;
  const since = addSeconds(before, -LEFTOVER_SECONDS);
  for (const tenantId of await store.deletionsEnded(since, before)) {
    if (!(await isGone(tenantId, store))) continue;
    if (await deleteSecrets(tenantId, dependencies)) {
      yield { event: "OrphanedSecretRemoved", tenantId };
    }
  }
}

/** Tenants whose name is not theirs, or that no resync would ever find; and names that are nobody's. */
async function* lostNamesAndTenants(dependencies: Dependencies, before: Date): Findings {
  const { store } = dependencies;
  const unheld = new Map<string, Reservation>();
  for await (const reservation of store.reservations()) {
    unheld.set(reservation.subdomain, reservation);
  }
  const claims = new Map<string, string[]>();
  for await (const { tenant, damaged } of store.tenants()) {
    const { id: tenantId } = tenant;
    if (damaged.length > 0) {
      yield { event: "RecordDamaged", tenantId, ...namedBy(tenant), damaged };
    }
    const lost = heldSubdomains(tenant).filter((name) => unheld.get(name)?.tenantId !== tenantId);
    for (const name of heldSubdomains(tenant)) {
      if (lost.includes(name)) claims.set(name, [...(claims.get(name) ?? []), tenantId]);
      else unheld.delete(name);
    }
    if (damaged.length > 0) continue;
    await forgetExpired(tenant, dependencies, addSeconds(before, MIN_AGE_SECONDS));
    if (lost.length > 0 || isUnscheduled(tenant)) yield* lostTenant(tenant, dependencies);
  }
  for (const reservation of unheld.values()) {
    yield* lostReservation(
      reservation,
      claims.get(reservation.subdomain) ?? [],
      dependencies,
      before,
    );
  }
}

/** What a tenant has had for long enough: names, since it got another one, and what restores have left. */
async function forgetExpired(tenant: Tenant, dependencies: Dependencies, now: Date): Promise<void> {
  const { id, spec } = tenant;
  const namesAreOver = spec.former_subdomains.some(({ until }) => until <= now);
  if (namesAreOver) await issue(id, "forget-names", dependencies, now);
  if (hasLeftovers(tenant, now)) await issue(id, "forget-kept", dependencies, now);
}

/** Where a command comes between, it is next tomorrow. */
async function issue(
  id: string,
  name: "forget-names" | "forget-kept",
  dependencies: Dependencies,
  now: Date,
): Promise<void> {
  const tenant = await dependencies.store.readTenant(id);
  if (tenant === null) return;
  const requestedBy = { name: "garbage-collection", request_id: null, reason: null };
  const issued = { commandId: randomUUID(), requestedBy, now };
  const effect = applyCommand(tenant.record, { name }, issued);
  if (effect.outcome !== "changed") return;
  if (await dependencies.store.writeTenant(tenant, effect.changes)) {
    await reconcileTenant(id, dependencies);
  }
}

/** What was listed may have changed since, so it is read again. */
async function* lostTenant(listed: Tenant, dependencies: Dependencies): Findings {
  const { id: tenantId } = listed;
  const { store } = dependencies;
  const lost: string[] = [];
  for (const name of heldSubdomains(listed)) {
    if ((await store.readReservation(name)) !== tenantId) lost.push(name);
  }
  const tenant = (await store.showTenant(tenantId))?.tenant;
  if (tenant === undefined) return;
  for (const subdomain of heldSubdomains(tenant).filter((name) => lost.includes(name))) {
    yield { event: "NameLost", tenantId, subdomain };
  }
  if (isUnscheduled(tenant)) {
    await reconcileTenant(tenantId, dependencies);
    yield { event: "UnscheduledTenantReconciled", tenantId, ...namedBy(tenant) };
  }
}

function namedBy({ spec: { subdomain } }: Tenant): Pick<Finding, "subdomain"> {
  return subdomain === null ? {} : { subdomain };
}

/**
 * A name is set free only after a deletion that ended: then the site is provably gone. One that lost its holder is
 * given back to the only tenant that has it on record.
 */
async function* lostReservation(
  reservation: Reservation,
  claims: string[],
  { store }: Dependencies,
  before: Date,
): Findings {
  const { subdomain, tenantId, reservedAt } = reservation;
  if (!isTenantId(tenantId)) {
    const [claimant] = claims;
    const isClear = claimant !== undefined && claims.length === 1;
    if (isClear && (await store.giveReservation(reservation, claimant))) {
      yield { event: "NameGivenBack", tenantId: claimant, subdomain };
    } else {
      yield { event: "NameOfNobody", tenantId, subdomain };
    }
    return;
  }
  if (reservedAt >= before || !(await isGone(tenantId, store))) return;
  const deletion = await store.readDeletion(tenantId);
  if (deletion?.completed_at && (await isGone(tenantId, store))) {
    await store.deleteReservation(reservation);
    yield { event: "NameReleased", tenantId, subdomain };
  } else {
    yield { event: "NameOfMissingTenant", tenantId, subdomain };
  }
}

/** Whether there is something left to do, and no resync would ever come to it. */
function isUnscheduled(tenant: Tenant): boolean {
  const isUnfinished = !isSettled(tenant) || tenant.spec.state === "absent";
  return tenant.status.next_reconcile_at === null && isUnfinished;
}

/** Deletions that have not ended, of tenants that are not there. */
async function* lostDeletions({ store }: Dependencies, before: Date): Findings {
  for (const tenantId of await store.deletionsOpen(before)) {
    if (await isGone(tenantId, store)) {
      yield { event: "DeletionUnfinished", tenantId };
    }
  }
}
