/**
 * The endpoint that pauses a rollout.
 *
 * @module
 */
import { reasonSchema } from "../../../shared/tenant/field-schemas.ts";
import { defineEndpoint } from "../http/endpoint.ts";
import { named } from "../http/named-schema.ts";
import { orNull } from "../http/or-null.ts";
import { answerRolloutCommand, ROLLOUT_COMMAND_ANSWERS } from "./rollout-answers.ts";

const pauseRolloutSchema = named("PauseRollout", {
  type: "object",
  additionalProperties: false,
  description: "a JSON object",
  properties: { reason: { ...orNull(reasonSchema), title: "Why" } },
});

export const pauseRollout = defineEndpoint({
  method: "POST",
  path: "/rollouts/{rollout}/pause",
  summary: "Pause a rollout",
  description: "Nobody is asked until it is resumed. Those who are under way go on.",
  body: pauseRolloutSchema,
  isBodyOptional: true,
  answers: ROLLOUT_COMMAND_ANSWERS,
  handle: (call, dependencies) =>
    answerRolloutCommand({ name: "pause", reason: call.body.reason ?? null }, call, dependencies),
});
