/**
 * The endpoints of the fleet and of the garbage collection.
 *
 * @module
 */
import * as Oazapfts from "@oazapfts/runtime";
import { defaults } from "./api-client.ts";
import type { RequestOpts } from "./ask.ts";

const oazapfts = Oazapfts.runtime(defaults);

export type Attention = {
  kind: "failed" | "damaged" | "domain" | "stuck" | "deletion" | "rollout" | "upgrade";
  tenant_id: string | null;
  subdomain: string | null;
  domain: string | null;
  rollout_id: string | null;
  since: string;
  reason: string | null;
  message: string | null;
};

export type HourToActive = {
  from: string;
  p50_seconds: number;
  p95_seconds: number;
  sample: number;
};

export type TimeToActive = {
  p50_seconds: number;
  p95_seconds: number;
  sample: number;
  hours: HourToActive[];
};

export type Fleet = {
  as_of: string;
  tenants: {
    total: number;
    by_status: {
      queued: number;
      provisioning: number;
      active: number;
      suspended: number;
      failed: number;
      deleting: number;
      deleted: number;
    };
  };
  slots: { size: number; in_use: number; queued: number };
  heartbeat_at: string | null;
  oldest_unsent_event_at: string | null;
  oldest_backup: { tenant_id: string; subdomain: string | null; requested_at: string } | null;
  without_backup: number | null;
  time_to_active: TimeToActive | null;
  attention: Attention[];
  attention_total: Record<Attention["kind"], number>;
};

export type Finding = {
  event: string;
  tenant_id: string | null;
  subdomain: string | null;
  domain: string | null;
  damaged: string[];
  at: string;
};

export type GarbageCollection = {
  finished_at: string | null;
  running_since: string | null;
  findings_total: number;
  findings: Finding[];
  failed: string[];
};

export function readFleet(opts?: RequestOpts) {
  return oazapfts.fetchJson<{ status: 200; data: Fleet }>("/fleet", { ...opts });
}

export function readGarbageCollection(opts?: RequestOpts) {
  return oazapfts.fetchJson<{ status: 200; data: GarbageCollection }>("/garbage-collection", {
    ...opts,
  });
}
