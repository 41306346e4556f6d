/**
 * What the company's own services are told of a tenant: an event for every change of what `GET …/status` shows. It is
 * written in the batch of the change (the outbox) and published from there. Pure.
 *
 * @module
 */
import { siteUrl } from "./names.ts";
import { withoutPersonalData } from "./personal-data.ts";
import { DESIRED_STATES, isToGo } from "./tenant.ts";
import type { Phase, Tenant } from "./tenant.ts";

/** What is asked for, as it is told: that a deletion can be taken back makes no difference to who waits for its end. */
export const TOLD_STATES = [...DESIRED_STATES, "standby"] as const;
type ToldState = (typeof TOLD_STATES)[number];

/** A tenant as whoever waits for it sees it. */
export interface StatusView {
  id: string;
  subdomain: string;
  status: Phase;
  site_url: string | null;
  error_message: string | null;
  step: string | null;
  reason: string | null;
  retryable: boolean | null;
  generation: number;
  observed_generation: number;
  desired: ToldState;
}

/** The document `events/{eventId}`: an event that is not published yet. */
export interface StatusEvent {
  tenant_id: string;
  /** Counts the events of a tenant from 1, without a gap. */
  sequence: number;
  /** The last word of the CloudEvent's type: the status, and `deleted` at the end of a deletion. */
  type: Phase;
  time: Date;
  data: StatusView;
}

/** What a caller that waits for a tenant wants to know. */
export function toStatusView(tenant: Tenant): StatusView {
  const { id, spec, status } = tenant;
  const { state } = spec;
  return {
    id,
    subdomain: spec.subdomain ?? "",
    status: status.phase,
    site_url: status.site?.host && !isToGo(tenant) ? siteUrl(status.site.host) : null,
    error_message: status.message,
    step: status.step,
    reason: status.reason,
    retryable: status.retryable,
    generation: spec.generation,
    observed_generation: status.observed_generation,
    desired: state === "retained" ? "absent" : state,
  };
}

/** The id of an event: the same in every repetition. */
export function eventId({
  tenant_id,
  sequence,
}: Pick<StatusEvent, "tenant_id" | "sequence">): string {
  return `${tenant_id}.${sequence}`;
}

/**
 * The event of a tenant that is as its record says, without personal data. The end of a deletion is told alike whether it
 * can be taken back or not.
 */
export function toEvent(tenant: Tenant, type: StatusEvent["type"], time: Date): StatusEvent {
  const view = toStatusView(tenant);
  const data: StatusView = type === "deleted" ? { ...view, status: "deleting" } : view;
  return {
    tenant_id: tenant.id,
    sequence: tenant.sequence,
    type,
    time,
    data: { ...data, error_message: withoutPersonalData(data.error_message, tenant.profile) },
  };
}
