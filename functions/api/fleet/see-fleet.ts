/**
 * Reads what there is to see of the fleet.
 *
 * @module
 */
import type { FleetBackups, FleetCounts, Some, Store } from "../../../shared/firestore/store.ts";
import { isTenantId } from "../../../shared/tenant/names.ts";
import { addSeconds } from "../../../shared/tenant/tenant.ts";
import { DELETION_SECONDS, lateCandidates } from "./attention.ts";
import type { AttentionKind, Seen, SeenFleet } from "./attention.ts";
import { timeToActive } from "./time-to-active.ts";
import type { TimeToActive } from "./time-to-active.ts";

/** What there is to see of the fleet. */
export interface Fleet {
  counts: FleetCounts;
  heartbeat: Date | null;
  oldestUnsent: Date | null;
  backups: FleetBackups;
  timeToActive: TimeToActive | null;
  seen: SeenFleet;
  /** How many there are of a kind beyond those that were seen. */
  unseen: Partial<Record<AttentionKind, number>>;
}

/** How many documents of each kind are read at most. */
const MAX_FAILING = 100;
const MAX_OPEN = 200;
const MAX_LATE = 100;
const MAX_OTHERS = 50;
const MAX_UNSENT = 10;

const HEARTBEAT_MILLISECONDS = 10_000;

/**
 * Reads it, and writes nothing. However many tenants there are, that is 19 counts, 11 queries, two documents and one call for
 * the tenants that those have named: 1,000 documents at most and, once in some minutes, 2,000 operations. Nearly always it is
 * a few dozen. Of a query that finds as many as it may there is one count more.
 */
export async function seeFleet(store: Store, now: Date): Promise<Fleet> {
  const [numbers, trouble] = await Promise.all([readNumbers(store, now), readTrouble(store, now)]);
  return { ...numbers, ...trouble };
}

/** 19 counts, four queries and a document. */
async function readNumbers(store: Store, now: Date): Promise<Omit<Fleet, "seen" | "unseen">> {
  const [counts, heartbeat, unsent, backups, times] = await Promise.all([
    store.countFleet(),
    store.readHeartbeat(HEARTBEAT_MILLISECONDS),
    store.oldestUnsent(now, MAX_UNSENT),
    store.seeBackups(),
    timeToActive(store, now),
  ]);
  const oldestUnsent = unsent[0]?.since ?? null;
  return { counts, heartbeat, oldestUnsent, backups, timeToActive: times };
}

/** Seven queries and a document, and then the tenants that these are about. */
async function readTrouble(store: Store, now: Date): Promise<Pick<Fleet, "seen" | "unseen">> {
  const overdue = addSeconds(now, -DELETION_SECONDS);
  const [failing, upgrades, deletions, domains, rollouts, collection, ...open] = await Promise.all([
    store.failingTenants(MAX_FAILING),
    store.failedUpgrades(MAX_OTHERS),
    store.openDeletions(overdue, MAX_OTHERS),
    store.degradedDomains(MAX_OTHERS),
    store.pausedRollouts(MAX_OTHERS),
    store.readGarbageCollection(),
    store.oldestOperations("running", MAX_OPEN),
    store.oldestOperations("queued", MAX_OPEN),
  ]);
  const operations = open.flat();
  const damaged = collection.findings.filter(({ event }) => event === "RecordDamaged");
  const named = [
    ...lateCandidates(operations, now).slice(0, MAX_LATE),
    ...deletions.found.map(({ tenantId }) => tenantId),
    ...domains.found.map(({ tenant_id }) => tenant_id),
    ...damaged.slice(0, MAX_OTHERS).map(({ tenant_id }) => tenant_id ?? ""),
  ];
  const tenants = await store.showTenants([...new Set(named.filter(isTenantId))]);
  return {
    seen: {
      failing: failing.found,
      operations,
      deletions: deletions.found,
      upgrades: upgrades.found,
      domains: domains.found,
      rollouts: rollouts.found,
      tenants: new Map(tenants.map((seen): [string, Seen] => [seen.tenant.id, seen])),
    },
    unseen: {
      failed: unseenOf(failing),
      deletion: unseenOf(deletions),
      upgrade: unseenOf(upgrades),
      domain: unseenOf(domains),
      rollout: unseenOf(rollouts),
    },
  };
}

function unseenOf({ found, total }: Some<unknown>): number {
  return Math.max(0, total - found.length);
}
