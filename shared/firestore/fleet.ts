/**
 * What there is to see of all tenants at once: counts, and of whatever needs a hand a few. Each method costs a fixed number
 * of queries, and reads no more documents than its limit; counts cost one read for each thousand that are counted.
 *
 * @module
 */
import { FieldPath, Timestamp } from "@google-cloud/firestore";
import type { DocumentSnapshot, Firestore, Query } from "@google-cloud/firestore";
import type { Domain } from "../domains/domain.ts";
import type { Rollout } from "../rollouts/rollout.ts";
import { isTenantId } from "../tenant/names.ts";
import { PHASES } from "../tenant/tenant.ts";
import type { Phase } from "../tenant/tenant.ts";
import { toShownDomain } from "./domains.ts";
import { call } from "./firestore-calls.ts";
import { ANY_TIME } from "./newest-first.ts";
import { toShownRollout } from "./rollouts.ts";
import { toShown } from "./tenant-documents.ts";
import type { Shown } from "./tenant-documents.ts";

/** How many tenants there are, of customers' only, and how many site Jobs. */
export interface FleetCounts {
  /** Also those whose record does not say a phase. */
  total: number;
  byPhase: Record<Phase, number>;
  /** How many slots are taken. */
  slots: number;
  /** How many wait for one, standbys too. */
  queued: number;
}

/** The backups of the tenants that are active. */
export interface FleetBackups {
  /** How many tenants have one. */
  tenants: number;
  /** The tenant whose newest one is the oldest; null where nobody has any. */
  oldest: { tenantId: string; subdomain: string | null; requestedAt: Date } | null;
}

/** Some of what there is, and how many there are. */
export interface Some<T> {
  found: T[];
  total: number;
}

/** A deletion that has not ended. Its tenant may be gone. */
export interface OpenDeletion {
  tenantId: string;
  requestedAt: Date;
}

/** Null of what no customer has had, and of nothing else (`isNobodys`). */
const NAME = "spec.subdomain";
const PHASE = "status.phase";
const BACKUP = "status.backup.requested_at";
const UPGRADE_FAILURE = "status.upgrade.failure.at";

export function openFleet(firestore: Firestore) {
  const tenants = firestore.collection("tenants");
  const deletions = firestore.collection("deletions");

  async function countOf(query: Query): Promise<number> {
    return (await call(query.count().get())).data().count;
  }

  /** Two counts, and not one query of those who have a name: that would need an index for each phase. */
  async function countCustomers(query: Query): Promise<number> {
    const [all, nobodys] = await Promise.all([
      countOf(query),
      countOf(query.where(NAME, "==", null)),
    ]);
    return Math.max(0, all - nobodys);
  }

  /** 18 counts. */
  async function countFleet(): Promise<FleetCounts> {
    // Its id is a number. What else somebody may have written there takes none.
    const slots = firestore
      .collection("slots")
      .where(FieldPath.documentId(), ">=", "0")
      .where(FieldPath.documentId(), "<", ":");
    const [total, taken, queued, ...phases] = await Promise.all([
      countCustomers(tenants),
      countOf(slots),
      countOf(tenants.where("status.queue_key", ">", "")),
      ...PHASES.map((phase) => countCustomers(tenants.where(PHASE, "==", phase))),
    ]);
    const counted = PHASES.map((phase, index) => [phase, phases[index] ?? 0]);
    const byPhase = Object.fromEntries(counted) as FleetCounts["byPhase"];
    return { total, byPhase, slots: taken, queued };
  }

  /** A count, and a query of one document. */
  async function seeBackups(): Promise<FleetBackups> {
    const backedUp = tenants.where(PHASE, "==", "active").where(BACKUP, ">=", ANY_TIME);
    const [count, { docs }] = await Promise.all([
      countOf(backedUp),
      call(backedUp.orderBy(BACKUP).limit(1).select(NAME, BACKUP).get()),
    ]);
    const [document] = docs;
    const requestedAt: unknown = document?.get(BACKUP);
    if (document === undefined || !(requestedAt instanceof Timestamp)) {
      return { tenants: count, oldest: null };
    }
    const subdomain: unknown = document.get(NAME);
    const oldest = {
      tenantId: document.id,
      subdomain: typeof subdomain === "string" ? subdomain : null,
      requestedAt: requestedAt.toDate(),
    };
    return { tenants: count, oldest };
  }

  /** The tenants whose newest attempt has failed, given up or not; those first whose record changed last. */
  function failingTenants(limit: number): Promise<Some<Shown>> {
    const failing = tenants.where("status.condition", "==", "failed");
    return some(failing, failing.orderBy("updated_at", "desc"), limit, toShown);
  }

  /** The tenants that were taken back from an upgrade, and have not been upgraded since; the newest first. */
  function failedUpgrades(limit: number): Promise<Some<Shown>> {
    const failed = tenants.where(UPGRADE_FAILURE, ">=", ANY_TIME);
    return some(failed, failed.orderBy(UPGRADE_FAILURE, "desc"), limit, toShown);
  }

  /** The deletions that were asked for by then and have not ended, the oldest first. */
  function openDeletions(before: Date, limit: number): Promise<Some<OpenDeletion>> {
    const open = deletions.where("completed_at", "==", null).where("requested_at", "<", before);
    return some(open, open.orderBy("requested_at"), limit, toOpenDeletion);
  }

  /** Custom domains that are not served any more, in no particular order. */
  function degradedDomains(limit: number): Promise<Some<Domain>> {
    const degraded = firestore.collection("domains").where("state", "==", "degraded");
    return some(degraded, degraded, limit, toShownDomain);
  }

  /** The rollouts that are paused, in no particular order. */
  function pausedRollouts(limit: number): Promise<Some<Rollout>> {
    const paused = firestore.collection("rollouts").where("state", "==", "paused");
    return some(paused, paused, limit, toShownRollout);
  }

  /** A page, and a count only where there is more than that. */
  async function some<T>(
    all: Query,
    ordered: Query,
    limit: number,
    show: (document: DocumentSnapshot) => T | null,
  ): Promise<Some<T>> {
    const { docs } = await call(ordered.limit(limit).get());
    const found = docs.flatMap((document) => show(document) ?? []);
    return { found, total: docs.length < limit ? found.length : await countOf(all) };
  }

  /** These tenants, in any order and however damaged, in one call. Who is not there is left out. */
  async function showTenants(ids: readonly string[]): Promise<Shown[]> {
    if (ids.length === 0) return [];
    const found = await call(firestore.getAll(...ids.map((id) => tenants.doc(id))));
    return found.flatMap((document) => toShown(document) ?? []);
  }

  return {
    countFleet,
    seeBackups,
    failingTenants,
    failedUpgrades,
    openDeletions,
    degradedDomains,
    pausedRollouts,
    showTenants,
  };
}

/** Null of a document that is no tenant's, which the garbage collection tells of. */
function toOpenDeletion(document: DocumentSnapshot): OpenDeletion | null {
  const requestedAt: unknown = document.get("requested_at");
  if (!isTenantId(document.id) || !(requestedAt instanceof Timestamp)) return null;
  return { tenantId: document.id, requestedAt: requestedAt.toDate() };
}
