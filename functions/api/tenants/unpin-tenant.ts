/**
 * The endpoint that takes a tenant's pin away.
 *
 * @module
 */
import { defineEndpoint } from "../http/endpoint.ts";
import { answerCorrection, CORRECTION_ANSWERS } from "./answer-correction.ts";

export const unpinTenant = defineEndpoint({
  method: "DELETE",
  path: "/tenants/{id}/pin",
  summary: "Let rollouts move a tenant again",
  description: "Also where it is not pinned.",
  answers: CORRECTION_ANSWERS,
  handle: (call, dependencies) => answerCorrection({ pin: null }, call, dependencies),
});
