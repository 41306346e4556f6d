/**
 * The endpoint that resumes a rollout.
 *
 * @module
 */
import { defineEndpoint } from "../http/endpoint.ts";
import { answerRolloutCommand, ROLLOUT_COMMAND_ANSWERS } from "./rollout-answers.ts";

export const resumeRollout = defineEndpoint({
  method: "POST",
  path: "/rollouts/{rollout}/resume",
  summary: "Resume a rollout",
  description: "What has failed until now does not pause it again.",
  answers: ROLLOUT_COMMAND_ANSWERS,
  handle: (call, dependencies) => answerRolloutCommand({ name: "resume" }, call, dependencies),
});
