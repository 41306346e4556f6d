/**
 * The pool: the sites that are made before anybody asks for one.
 *
 * @module
 */
import { readPool } from "../../client/api-client.ts";
import type { Pool } from "../../client/api-client.ts";
import { PERIODS, useRead } from "../../client/queries.ts";
import { Facts } from "../../components/facts.tsx";
import { Empty, Read } from "../../components/read-states.tsx";
import { Status } from "../../components/status.tsx";
import { Time } from "../../components/time.tsx";
import { tenantsHash } from "../../routing/route.ts";
import { toDuration } from "../../text/times.ts";
import { adviceOnSize } from "./pool-words.ts";

export function PoolPage() {
  const pool = useRead(["pool"], readPool, { every: PERIODS.pool });
  return (
    <>
      <h1>Pool</h1>
      <p class="soft">
        Sites that are made before anybody asks for one: a customer who is given one has it in
        seconds.
      </p>
      <Read of={pool} what="the pool">
        {(data) => <ShownPool pool={data} />}
      </Read>
    </>
  );
}

function ShownPool({ pool }: { pool: Pool }) {
  const { size, ready, filling, outdated, failed, paused_until } = pool;
  return (
    <>
      {paused_until !== null && (
        <div class="problem">
          <p>
            No site is made until <Time at={paused_until} />: three have failed in a row. See why at
            one of{" "}
            <a href={tenantsHash({ state: "standby", status: "failed" })}>those that failed</a>.
          </p>
        </div>
      )}
      {size === 0 ? (
        <Empty>
          There is no pool: each site is made when somebody asks for it. POOL_SIZE says how many are
          to be ready.
        </Empty>
      ) : (
        <Facts
          of={{
            Ready: <Ready ready={ready} size={size} />,
            "Being made": filling,
            Outdated: outdated === 0 ? 0 : `${outdated}, until others are ready`,
            Failed: failed === 0 ? 0 : <Status of={`${failed}, to be dropped`} tone="bad" />,
          }}
        />
      )}
      <p>
        <a href={tenantsHash({ state: "standby" })}>See the sites of the pool</a>
      </p>
      <h2>The last 24 hours</h2>
      <Service pool={pool} />
      <h2>The last seven days</h2>
      <Demand pool={pool} />
    </>
  );
}

function Ready({ ready, size }: { ready: number; size: number }) {
  const words = `${ready} of ${size}`;
  return ready === 0 ? <Status of={words} tone="busy" /> : <>{words}</>;
}

function Service({ pool: { claims, misses, time_to_claim: time } }: { pool: Pool }) {
  return (
    <Facts
      of={{
        "Tenants that got a site of the pool": claims.toLocaleString(),
        "Tenants that got none": misses.toLocaleString(),
        "Until they were active":
          time === null
            ? "nobody was given one yet"
            : `half within ${toDuration(time.p50_seconds)}, 95 of 100 within ${toDuration(time.p95_seconds)}`,
      }}
    />
  );
}

function Demand({ pool }: { pool: Pool }) {
  const { demand } = pool;
  return (
    <>
      <p>{adviceOnSize(pool)}</p>
      <Facts
        of={{
          Since: <Time at={demand.since} />,
          "Tenants asked for": demand.tenants.toLocaleString(),
          "Until a new site is ready":
            demand.refill_seconds && `95 of 100 within ${toDuration(demand.refill_seconds)}`,
          "Size that would have done": demand.size,
        }}
      />
    </>
  );
}
