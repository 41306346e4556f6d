/**
 * How a site Job ended, out of its condition and what is left of its Pods. Pure.
 *
 * @module
 */
import type { V1ContainerStateTerminated, V1JobCondition, V1Pod } from "@kubernetes/client-node";
import type { JobOutcome } from "../reconciler/decision.ts";
import { tidy } from "./last-words.ts";
import { FINAL_EXIT_CODES } from "../operations/job-manifest.ts";
import { parseTerminationMessage } from "./termination-message.ts";

type Failure = Extract<JobOutcome, { result: "failed" }>;

/** A container that has ended. */
interface Ended extends V1ContainerStateTerminated {
  container: string;
}

/** The `reason` of a Job of which a container needed more memory than it may have. */
const OUT_OF_MEMORY = "OutOfMemory";
/** The `reason` of a Job of which the Pod was put off its node. */
const EVICTED = "Evicted";
/** The `reason` of a Job of which a container was killed by a signal, nobody says why. */
const KILLED = "Killed";

/** What a script may say of its failure for programs: the `reason` of its Job, with a sentence. All sites share it. */
const OUTAGES = new Map([
  ["DatabaseUnavailable", "The database that all sites share does not answer."],
  ["RedisUnavailable", "A Redis server that all sites share does not answer."],
  ["BucketUnavailable", "The bucket of all tenants' backups does not answer."],
  ["VolumeFull", "There is no space left on the volume that all sites share."],
]);

/** Whether a failure of this reason was one of what all sites share, and so tells nothing of what failed. */
export function isOutage(reason: string): boolean {
  return OUTAGES.has(reason);
}

/** What a script may say, likewise, of a failure that no attempt can change. */
const FINAL_CODES = new Set(["UserNotFound", "MigrationFailed"]);

const DEADLINE = "DeadlineExceeded";
const POD_FAILURE_POLICY = "PodFailurePolicy";

/** Newer clusters put other conditions before these, so the place in the list says nothing. */
export function endCondition(conditions: V1JobCondition[] = []): V1JobCondition | undefined {
  return conditions.find(
    ({ type, status }) => (type === "Complete" || type === "Failed") && status === "True",
  );
}

/**
 * How a Job ended, in its own words: those that its Pod left, or else those of its condition. Init
 * containers speak first, since nothing runs after one that failed.
 */
export function toOutcome(condition: V1JobCondition, pods: V1Pod[]): JobOutcome {
  if (condition.type === "Complete") return toSuccess(pods);
  // What ended with its node is nobody's failure, and the Job went on without it.
  const counting = newestFirst(pods).filter((pod) => !isDisrupted(pod));
  const failed = counting.flatMap(endedIn).find(({ exitCode }) => exitCode !== 0);
  if (condition.reason === POD_FAILURE_POLICY || FINAL_EXIT_CODES.includes(failed?.exitCode ?? 0)) {
    // Our policy ends a Job for the final exit codes alone, so its Pod need not be there to say so.
    return toFinal(condition, failed);
  }
  const evicted = counting.find(({ status }) => status?.reason === EVICTED);
  if (evicted !== undefined) return toEviction(evicted, failed);
  if (failed?.reason === "OOMKilled") return toOutOfMemory(failed);
  return (
    toOutage(failed) ??
    (failed === undefined || failed.exitCode <= 128
      ? inItsWords(condition, failed)
      : toKilled(failed))
  );
}

/** A Job has more than one Pod when one of them was disrupted; the last one decided. */
export function newestFirst(pods: V1Pod[]): V1Pod[] {
  const madeAt = ({ metadata }: V1Pod) => metadata?.creationTimestamp?.getTime() ?? 0;
  return pods.toSorted((left, right) => madeAt(right) - madeAt(left));
}

/** Most successes are plain ones, and leave their steps without a reason. */
function toSuccess(pods: V1Pod[]): JobOutcome {
  const words = newestFirst(pods)
    .flatMap(endedIn)
    .filter(({ exitCode }) => exitCode === 0)
    .map(({ message }) => parseTerminationMessage(message))
    .filter(({ step }) => step !== null);
  const apps = words.find((each) => each.apps !== null)?.apps;
  const reason = words.find(({ text }) => text !== "")?.text ?? null;
  return { result: "succeeded", reason, ...(apps && { apps }) };
}

function endedIn({ status }: V1Pod): Ended[] {
  const statuses = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  return statuses.flatMap(({ name, state }) =>
    state?.terminated === undefined ? [] : { ...state.terminated, container: name },
  );
}

function isDisrupted({ status }: V1Pod): boolean {
  const isDisruption = ({ type, status: isSo }: { type: string; status: string }) =>
    type === "DisruptionTarget" && isSo === "True";
  return status?.conditions?.some(isDisruption) ?? false;
}

function inItsWords({ reason = "Failed", message }: V1JobCondition, ended?: Ended): Failure {
  const { step, text } = parseTerminationMessage(ended?.message);
  return failure(reason, step, text || deadlineWords(reason) || message || reason);
}

function toFinal(condition: V1JobCondition, ended?: Ended): Failure {
  const { code, patch } = parseTerminationMessage(ended?.message);
  const said = inItsWords(condition, ended);
  const reason = FINAL_CODES.has(code) ? code : said.reason;
  return { ...said, reason, retryable: false, ...(patch !== "" && { patch }) };
}

function deadlineWords(reason: string): string | null {
  return reason === DEADLINE ? "The site Job worked longer than it may, and was stopped." : null;
}

function toEviction({ status, spec }: V1Pod, ended?: Ended): Failure {
  const { step, text } = parseTerminationMessage(ended?.message);
  const node = spec?.nodeName === undefined ? "its node" : `the node ${spec.nodeName}`;
  const why = tidy(status?.message ?? "");
  return failure(EVICTED, step, `The Pod was put off ${node}${why && `: ${why}`}${after(text)}`);
}

function toOutOfMemory({ container, message }: Ended): Failure {
  const { step, text } = parseTerminationMessage(message);
  const said = `The container "${container}" needed more memory than it may have, and was killed.`;
  return failure(OUT_OF_MEMORY, step, `${said}${after(text)}`);
}

/** The failure of what was away; null when it was something else. */
function toOutage(ended?: Ended): Failure | null {
  const { step, text, code } = parseTerminationMessage(ended?.message);
  const sentence = OUTAGES.get(code);
  if (sentence === undefined) return null;
  return { ...failure(code, step, `${sentence}${after(text)}`), isOutage: true };
}

function toKilled({ container, message, exitCode }: Ended): Failure {
  const { step, text } = parseTerminationMessage(message);
  const by = signalName(exitCode - 128);
  const said = `The container "${container}" was killed by ${by} (exit status ${exitCode}).`;
  return failure(KILLED, step, `${said}${after(text)}`);
}

function after(text: string): string {
  return text === "" ? "" : ` Its last words: ${text}`;
}

const SIGNALS: Record<number, string> = {
  1: "SIGHUP",
  2: "SIGINT",
  3: "SIGQUIT",
  4: "SIGILL",
  6: "SIGABRT",
  7: "SIGBUS",
  8: "SIGFPE",
  9: "SIGKILL",
  11: "SIGSEGV",
  13: "SIGPIPE",
  15: "SIGTERM",
};

/** As Linux numbers them. */
function signalName(number: number): string {
  return SIGNALS[number] ?? `signal ${number}`;
}

function failure(reason: string, step: string | null, message: string): Failure {
  return { result: "failed", step, reason, message, retryable: true };
}
