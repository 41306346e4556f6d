/**
 * The endpoint that cancels a rollout.
 *
 * @module
 */
import { defineEndpoint } from "../http/endpoint.ts";
import { answerRolloutCommand, ROLLOUT_COMMAND_ANSWERS } from "./rollout-answers.ts";

export const cancelRollout = defineEndpoint({
  method: "POST",
  path: "/rollouts/{rollout}/cancel",
  summary: "Cancel a rollout for good",
  description:
    "Those who are under way go on, and nobody else is asked. Whoever was moved stays where they are.",
  answers: ROLLOUT_COMMAND_ANSWERS,
  handle: (call, dependencies) => answerRolloutCommand({ name: "cancel" }, call, dependencies),
});
