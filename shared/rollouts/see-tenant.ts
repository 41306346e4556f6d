/**
 * How a tenant stands to a rollout, by its record. Pure.
 *
 * @module
 */
import { withoutPersonalData } from "../tenant/personal-data.ts";
import { isBetweenBenches, isIdle, isRequested, isToGo, UPGRADE_KIND } from "../tenant/tenant.ts";
import type { Pin, Tenant } from "../tenant/tenant.ts";
import { whyNoUpgrade } from "../tenant/upgrade-command.ts";
import type { Standing } from "./observed-rollout.ts";
import type { Rollout } from "./rollout.ts";

/** `askId` is the mark of the question that it was asked, or would be. */
export function seeTenant(
  tenant: Tenant,
  { to, asks_since }: Pick<Rollout, "to" | "asks_since">,
  askId: string,
  now: Date,
): Standing {
  const { spec, status, profile } = tenant;
  if (isToGo(tenant)) return { is: "gone" };
  if (spec.state === "standby") return { is: "standby" };
  if (status.site?.bench === to) return { is: "moved" };
  if (spec.requests[UPGRADE_KIND] === askId) {
    return isUnderWay(tenant) ? { is: "moving" } : { is: "failed", ...whyFailed(tenant, to) };
  }
  const failure = status.upgrade?.to === to ? status.upgrade.failure : null;
  if (!isBetweenBenches(tenant) && failure !== null && failure.at >= asks_since) {
    return { is: "failed-before", message: whyFailed(tenant, to).message };
  }
  const pin = spec.pin ?? null;
  if (pin !== null && isPinned(pin, now)) {
    return { is: "pinned", message: pin.reason, until: pin.until };
  }
  if (!isIdle(tenant) || isBetweenBenches(tenant)) return { is: "busy" };
  const why = whyNoUpgrade(tenant);
  if (why !== null) return { is: "refused", why };
  return { is: "free", timeZone: profile.time_zone ?? null };
}

/** Whether a pin still holds. */
export function isPinned({ until }: Pin, now: Date): boolean {
  return until === null || now < until;
}

function isUnderWay(tenant: Tenant): boolean {
  return isRequested(tenant, UPGRADE_KIND) || isBetweenBenches(tenant);
}

/** Where no upgrade was begun, the backup before it is what has failed. */
function whyFailed(
  { status, profile }: Tenant,
  to: string,
): Omit<Extract<Standing, { is: "failed" }>, "is"> {
  const failure = status.upgrade?.to === to ? status.upgrade.failure : null;
  const { step, reason, message } = failure ?? status;
  const patch = failure?.patch ?? null;
  const words = patch === null ? message : `${patch}: ${message ?? "it failed"}`;
  const said = { reason: reason ?? "NotUpgraded", message: withoutPersonalData(words, profile) };
  return { ...said, patch, step };
}
