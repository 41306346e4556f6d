/**
 * The endpoint that has a rollout try again what failed.
 *
 * @module
 */
import { defineEndpoint } from "../http/endpoint.ts";
import { answerRolloutCommand, ROLLOUT_COMMAND_ANSWERS } from "./rollout-answers.ts";

export const retryFailedOfRollout = defineEndpoint({
  method: "POST",
  path: "/rollouts/{rollout}/retry-failed",
  summary: "Try again what failed in a rollout",
  description:
    "From the first wave on in which one has failed; whoever was moved is not asked again. A rollout that is paused is resumed by it, and one that is done " +
    "goes on.",
  answers: ROLLOUT_COMMAND_ANSWERS,
  handle: (call, dependencies) =>
    answerRolloutCommand({ name: "retry-failed" }, call, dependencies),
});
