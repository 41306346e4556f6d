/**
 * What may be done with a rollout, as it is. Pure, but for the requests.
 *
 * @module
 */
import type { Action } from "../../actions/action.ts";
import {
  cancelRollout,
  pauseRollout,
  resumeRollout,
  retryFailedOfRollout,
} from "../../client/api-client.ts";
import type { Rollout } from "../../client/api-client.ts";
import { failuresIn, isOver } from "./rollout-words.ts";

/** Those that its state allows. */
export function rolloutActions(rollout: Rollout): Action[] {
  const { state } = rollout;
  const canRetry = state !== "cancelled" && failuresIn(rollout) > 0;
  return [
    ...(state === "running" ? [pauseAction(rollout)] : []),
    ...(state === "paused" ? [resumeAction(rollout)] : []),
    ...(canRetry ? [retryAction(rollout)] : []),
    ...(isOver(rollout) ? [] : [cancelAction(rollout)]),
  ];
}

function pauseAction(rollout: Rollout): Action {
  return {
    name: "Pause",
    consequence: `Nobody else is asked until somebody resumes it.${goOn(rollout)}`,
    fields: [{ name: "reason", label: "Why (may be left empty)", kind: "text" }],
    show: tellState,
    request: ({ reason }, idempotencyKey, opts) =>
      pauseRollout(rollout.id, reason ? { reason } : {}, { idempotencyKey }, opts),
  };
}

function resumeAction({ id }: Rollout): Action {
  return {
    name: "Resume",
    consequence:
      "It goes on with whom it has not asked yet. What has failed until now stays as it is, and does not pause it again.",
    show: tellState,
    request: (_, idempotencyKey, opts) => resumeRollout(id, { idempotencyKey }, opts),
  };
}

function retryAction(rollout: Rollout): Action {
  const goesOn = rollout.state === "running" ? "" : " The rollout goes on with that.";
  return {
    name: "Retry failed",
    consequence: `Asks the ${failuresIn(rollout)} that failed once more, from the first wave on in which one has; whoever was moved is not asked again.${goesOn}`,
    show: tellState,
    request: (_, idempotencyKey, opts) =>
      retryFailedOfRollout(rollout.id, { idempotencyKey }, opts),
  };
}

function cancelAction(rollout: Rollout): Action {
  return {
    name: "Cancel for good",
    consequence: `Nobody else is asked, and it cannot be resumed. Whoever was moved stays in ${rollout.to}.${goOn(rollout)}`,
    isDestructive: true,
    show: tellState,
    request: (_, idempotencyKey, opts) => cancelRollout(rollout.id, { idempotencyKey }, opts),
  };
}

function tellState({ state }: Rollout): string {
  return `The rollout is ${state} now.`;
}

function goOn({ under_way: { length } }: Rollout): string {
  if (length === 0) return "";
  return length === 1 ? " The one under way goes on." : ` The ${length} under way go on.`;
}
