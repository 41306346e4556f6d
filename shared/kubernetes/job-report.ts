/**
 * What is left of a site Job for the history: its times, the steps of its scripts, and its last lines. Pure.
 *
 * @module
 */
import type { V1ContainerState, V1ContainerStatus, V1Job, V1Pod } from "@kubernetes/client-node";
import type { JobReport, JobStep } from "../reconciler/decision.ts";
import type { OperationStep } from "../tenant/operation-record.ts";
import type { ContainerLog } from "./container-log.ts";
import { lastLines } from "./job-log.ts";
import { endCondition } from "./job-outcome.ts";
import { stepsIn } from "./job-steps.ts";
import { parseTerminationMessage } from "./termination-message.ts";

/** A container that has begun, and its script's steps. */
interface Begun {
  startedAt: Date | undefined;
  endedAt: Date | null;
  steps: JobStep[];
}

/** `logs` are those of the Pod's containers, by their names; of some there may be none. */
export function toReport(
  job: V1Job,
  pod: V1Pod,
  logs: ReadonlyMap<string, ContainerLog>,
): JobReport {
  const containers = begunContainers(pod);
  const begun = containers.map(({ name, state }) => toBegun(state, logs.get(name)?.read ?? ""));
  const condition = endCondition(job.status?.conditions);
  return {
    createdAt: job.metadata?.creationTimestamp ?? null,
    runningAt: earliest(begun.map(({ startedAt }) => startedAt)),
    endedAt:
      condition === undefined ? null : latest([condition.lastTransitionTime, ...ends(begun)]),
    steps: inOrder(begun.flatMap(toSteps)),
    log: lastLines(containers.map(({ name }) => logs.get(name)?.end ?? "")),
    result: containers.map(({ state }) => resultIn(state)).find((each) => each !== null) ?? null,
  };
}

/** In the order in which they run. What has not begun has no log. */
export function begunContainers({
  status,
}: V1Pod): (V1ContainerStatus & { state: V1ContainerState })[] {
  const statuses = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  return statuses.flatMap((container) => {
    const { state } = container;
    return (state?.running ?? state?.terminated) ? [{ ...container, state: state ?? {} }] : [];
  });
}

/** A killed script leaves no message, and then its log alone tells its steps. */
function toBegun({ running, terminated }: V1ContainerState, log: string): Begun {
  const { steps, endedAt } = parseTerminationMessage(terminated?.message);
  return {
    startedAt: terminated?.startedAt ?? running?.startedAt,
    // Kubernetes' own times are whole seconds.
    endedAt: endedAt ?? terminated?.finishedAt ?? null,
    steps: steps.length > 0 ? steps : stepsIn(log),
  };
}

/** One that has failed has come to nothing. */
function resultIn({ terminated }: V1ContainerState): JobReport["result"] {
  return terminated?.exitCode === 0 ? parseTerminationMessage(terminated.message).result : null;
}

function toSteps({ steps, endedAt }: Begun): OperationStep[] {
  return steps.map(({ name, since }, index) => ({
    name,
    started_at: since,
    ended_at: steps[index + 1]?.since ?? endedAt,
  }));
}

/** With times that never go back, though they are of several clocks and some are rounded. */
function inOrder(steps: OperationStep[]): OperationStep[] {
  let last = new Date(0);
  const notBefore = (time: Date) => (last = time < last ? last : time);
  return steps.map(({ name, started_at, ended_at }) => ({
    name,
    started_at: notBefore(started_at),
    ended_at: ended_at && notBefore(ended_at),
  }));
}

function ends(begun: Begun[]): (Date | undefined)[] {
  return begun.flatMap(({ steps, endedAt }) => [endedAt ?? undefined, steps.at(-1)?.since]);
}

function earliest(times: (Date | undefined)[]): Date | null {
  return sorted(times)[0] ?? null;
}

function latest(times: (Date | undefined)[]): Date | null {
  return sorted(times).at(-1) ?? null;
}

function sorted(times: (Date | undefined)[]): Date[] {
  return times
    .filter((time) => time !== undefined)
    .toSorted((left, right) => left.getTime() - right.getTime());
}
