/**
 * What state a tenant is in, in words, and what there is to do about it. Pure.
 *
 * @module
 */
import { hintFor } from "../../../../../../shared/tenant/reason-hints.ts";
import type { OperationProgress, Tenant } from "../../client/api-client.ts";
import { secondsSince, toDuration } from "../../text/times.ts";

type Told = Pick<
  Tenant,
  | "status"
  | "desired"
  | "reason"
  | "retryable"
  | "generation"
  | "observed_generation"
  | "quiet"
  | "upgrade"
>;

const SENTENCES: Readonly<Record<Tenant["status"], string>> = {
  queued: "Its site is to be made.",
  provisioning: "Its site is being made.",
  active: "Its site works: that was proved when it was last changed.",
  suspended: "Its site is closed to visitors. Nothing of it is lost.",
  failed: "What was last asked for did not succeed.",
  deleting: "It is being deleted.",
  deleted: "It is deleted. Until the date below that can be taken back.",
};

/** What it is on the way to, by what is asked for and is not so yet. */
const ON_THE_WAY: Readonly<Record<string, string>> = {
  "active suspended": "It is to be suspended.",
  "active absent": "It is to be deleted.",
  "suspended present": "It is to be active again.",
  "suspended absent": "It is to be deleted.",
  "failed absent": "It is to be deleted.",
  "deleted present": "That is being taken back.",
};

export function isUnderWay(tenant: Pick<Tenant, "generation" | "observed_generation">): boolean {
  return tenant.observed_generation < tenant.generation;
}

/** The state in a sentence or two. */
export function sentenceFor(tenant: Told): string {
  const { status, desired, quiet } = tenant;
  const sentences = [SENTENCES[status]];
  if (isUnderWay(tenant)) sentences.push(ON_THE_WAY[`${status} ${desired}`] ?? "");
  if (quiet && status === "active") {
    sentences.push("It was made of a backup: it sends no mail until it is resumed.");
  }
  return sentences.filter(Boolean).join(" ");
}

/** What to do about it; null where nothing is to be done, or nothing is known to help. */
export function adviceFor({ reason, status, retryable }: Told): string | null {
  const hint = hintFor(reason);
  if (hint !== null) return hint;
  if (status !== "failed") return null;
  return retryable === true ? "Retry it." : "Read the message and the log, and correct the cause.";
}

/** How far what is under way is, in words. */
export function progressWords(progress: OperationProgress, now: Date): string {
  const kind = progress.kind?.replaceAll("-", " ") ?? "what was asked for";
  if (progress.state === "queued" || progress.started_at === null) {
    return `Waits for its turn: ${kind}.`;
  }
  const elapsed = secondsSince(progress.started_at, now);
  const usual =
    progress.estimate === null
      ? ""
      : ` Half of them take no longer than ${toDuration(progress.estimate.p50_seconds)}, nearly all ${toDuration(progress.estimate.p95_seconds)}.`;
  const step = progress.step === null ? "" : ` at the step ${progress.step},`;
  return `${kind}:${step} for ${toDuration(elapsed)}.${usual}`;
}

/** How far it is, from 0 to 1, by how long such operations take; null where that is not known. It never seems to be done. */
export function progressShare(
  { started_at, estimate }: OperationProgress,
  now: Date,
): number | null {
  if (started_at === null || estimate === null || estimate.p95_seconds === 0) return null;
  const elapsed = secondsSince(started_at, now);
  const { p50_seconds, p95_seconds } = estimate;
  if (elapsed <= p50_seconds) return (0.5 * elapsed) / p50_seconds;
  const span = Math.max(p95_seconds - p50_seconds, 1);
  return Math.min(0.95, 0.5 + (0.45 * (elapsed - p50_seconds)) / span);
}
