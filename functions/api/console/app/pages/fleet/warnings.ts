/**
 * What is wrong with the control plane itself and not with one tenant. The bounds are those of the alerts. Pure.
 *
 * @module
 */
import type { Fleet, Pool } from "../../client/api-client.ts";
import { tenantHash, toHash } from "../../routing/route.ts";
import { secondsSince, toDuration } from "../../text/times.ts";

export interface Warning {
  text: string;
  /** Where there is more of it. */
  link?: { name: string; href: string };
}

/** The resync comes once a minute; three of them have not. */
const HEARTBEAT_SECONDS = 200;
const UNSENT_SECONDS = 300;
const BACKUP_SECONDS = 36 * 3600;

/** The most urgent first. All ages are as of when the API has looked, whatever the clock says here. */
export function warningsOf(fleet: Fleet, pool: Pool | undefined): Warning[] {
  return [
    ...heartbeatWarning(fleet),
    ...unsentWarning(fleet),
    ...backupWarning(fleet),
    ...poolWarning(pool),
  ];
}

/** Whether the cluster was not seen for longer than it should. */
export function isHeartbeatLate({
  heartbeat_at,
  as_of,
}: Pick<Fleet, "heartbeat_at" | "as_of">): boolean {
  return heartbeat_at === null || age(heartbeat_at, as_of) > HEARTBEAT_SECONDS;
}

function heartbeatWarning({ heartbeat_at, as_of }: Fleet): Warning[] {
  if (!isHeartbeatLate({ heartbeat_at, as_of })) return [];
  const seen =
    heartbeat_at === null
      ? "The cluster has not been seen yet"
      : `The cluster was not seen for ${toDuration(age(heartbeat_at, as_of))}`;
  return [
    {
      text: `${seen}: until the next resync sees it, what is asked for waits. See whether the scheduler and provision run, and whether the cluster answers.`,
    },
  ];
}

function unsentWarning({ oldest_unsent_event_at: since, as_of }: Fleet): Warning[] {
  if (since === null || age(since, as_of) <= UNSENT_SECONDS) return [];
  const text = `A change of a tenant's status has not been published for ${toDuration(age(since, as_of))}. It is kept, and sent as soon as Pub/Sub takes it.`;
  return [{ text }];
}

function backupWarning({ oldest_backup: oldest, as_of }: Fleet): Warning[] {
  if (oldest === null || age(oldest.requested_at, as_of) <= BACKUP_SECONDS) return [];
  return [
    {
      text: `An active tenant has had no good backup for ${toDuration(age(oldest.requested_at, as_of))}.`,
      link: {
        name: `See ${oldest.subdomain ?? oldest.tenant_id}`,
        href: tenantHash(oldest.tenant_id),
      },
    },
  ];
}

function poolWarning(pool: Pool | undefined): Warning[] {
  if (pool === undefined || pool.paused_until === null) return [];
  return [
    {
      text: "The pool makes no new sites for now: three have failed in a row.",
      link: { name: "See the pool", href: toHash({ page: "pool" }) },
    },
  ];
}

/** How long ago it was when the API looked. */
const age = (at: string, asOf: string): number => secondsSince(at, new Date(asOf));
