/**
 * The start page: what needs a hand, and all tenants at a glance.
 *
 * @module
 */
import { readFleet, readPool } from "../../client/api-client.ts";
import type { Fleet, Pool } from "../../client/api-client.ts";
import { PERIODS, useRead } from "../../client/queries.ts";
import { Facts } from "../../components/facts.tsx";
import { Problem, Read } from "../../components/read-states.tsx";
import { Status } from "../../components/status.tsx";
import { Time } from "../../components/time.tsx";
import { tenantHash, tenantsHash, toHash } from "../../routing/route.ts";
import { AttentionList } from "./attention-list.tsx";
import { TimeToActiveChart } from "./time-to-active-chart.tsx";
import { isHeartbeatLate, warningsOf } from "./warnings.ts";

export function FleetPage() {
  const fleet = useRead(["fleet"], readFleet, { every: PERIODS.fleet });
  const pool = useRead(["pool"], readPool, { every: PERIODS.pool, freshFor: PERIODS.fleet });
  return (
    <>
      <h1>Fleet</h1>
      <Read of={fleet} what="the fleet">
        {(seen) => (
          <>
            <AttentionList fleet={seen} warnings={warningsOf(seen, pool.data)} />
            <Counts tenants={seen.tenants} />
            <h2>Work</h2>
            <Work fleet={seen} pool={pool.data} />
            {pool.error !== null && <Problem error={pool.error} what="the pool" />}
            <h2>Time to active</h2>
            <TimeToActiveChart times={seen.time_to_active} asOf={new Date(seen.as_of)} />
          </>
        )}
      </Read>
    </>
  );
}

/** In the order in which a tenant goes through them. */
const COUNTED = [
  ["queued", "queued"],
  ["provisioning", "provisioning"],
  ["active", "active"],
  ["suspended", "suspended"],
  ["failed", "failed"],
  ["deleting", "deleting"],
  ["deleted", "deleted, can be taken back"],
] as const;

function Counts({ tenants: { total, by_status } }: Pick<Fleet, "tenants">) {
  return (
    <>
      <h2>Tenants</h2>
      <ul class="counts">
        <li>
          <a href={tenantsHash()}>
            <b>{total.toLocaleString()}</b> in all
          </a>
        </li>
        {COUNTED.map(([status, name]) => (
          <li key={status} class={by_status[status] === 0 ? "none" : status}>
            <a href={tenantsHash({ status })}>
              <b>{by_status[status].toLocaleString()}</b> {name}
            </a>
          </li>
        ))}
      </ul>
    </>
  );
}

function Work({ fleet, pool }: { fleet: Fleet; pool: Pool | undefined }) {
  const { slots, heartbeat_at, oldest_unsent_event_at } = fleet;
  return (
    <Facts
      of={{
        "Slots in use": <Slots slots={slots} />,
        "Waiting for a slot": slots.queued === 0 ? "nobody" : slots.queued.toLocaleString(),
        Pool: pool && <PoolWords pool={pool} />,
        "Cluster last seen": <Heartbeat at={heartbeat_at} isLate={isHeartbeatLate(fleet)} />,
        "Oldest unsent event": <Ago at={oldest_unsent_event_at} otherwise="none: all are sent" />,
        ...backupFacts(fleet),
      }}
    />
  );
}

function Slots({ slots: { in_use, size } }: Pick<Fleet, "slots">) {
  const words = `${in_use} of ${size}`;
  return in_use < size ? <>{words}</> : <Status of={`${words}: all`} tone="busy" />;
}

function PoolWords({ pool: { size, ready, misses } }: { pool: Pool }) {
  if (size === 0) return <a href={toHash({ page: "pool" })}>there is none</a>;
  return (
    <>
      <a href={toHash({ page: "pool" })}>
        {ready} of {size} ready
      </a>
      , {misses === 0 ? "no miss" : misses === 1 ? "1 miss" : `${misses} misses`} in 24 h
    </>
  );
}

function Heartbeat({ at, isLate }: { at: string | null; isLate: boolean }) {
  if (!isLate) return <Time at={at} isDistance />;
  return <span class="status bad">{at === null ? "never" : <Time at={at} isDistance />}</span>;
}

function Ago({ at, otherwise }: { at: string | null; otherwise: string }) {
  return at === null ? <>{otherwise}</> : <Time at={at} isDistance />;
}

/** Where there are no backups, there is nothing to tell of them. */
function backupFacts({ oldest_backup: oldest, without_backup }: Fleet) {
  if (without_backup === null) return { Backups: "are turned off" };
  const named = oldest && (
    <>
      <Time at={oldest.requested_at} isDistance />, of{" "}
      <a href={tenantHash(oldest.tenant_id)}>
        <bdi>{oldest.subdomain ?? oldest.tenant_id}</bdi>
      </a>
    </>
  );
  const tenants = without_backup === 1 ? "active tenant" : "active tenants";
  const without = without_backup === 0 ? "nobody" : `${without_backup.toLocaleString()} ${tenants}`;
  return { "Oldest backup": named ?? "there is none yet", "Without a backup": without };
}
