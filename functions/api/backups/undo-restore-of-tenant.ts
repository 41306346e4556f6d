/**
 * The endpoint that takes a restore back.
 *
 * @module
 */
import { defineEndpoint } from "../http/endpoint.ts";
import { answerPlainly, COMMAND_ANSWERS } from "../tenants/command-endpoint.ts";

export const undoRestoreOfTenant = defineEndpoint({
  method: "POST",
  path: "/tenants/{id}/restore/undo",
  summary: "Take the newest restore of a tenant's site back",
  description:
    "What the site was before it comes in its place again, within seconds. What was restored, with all that was done since, is kept instead until the 24 hours are over: asked once more, it is back.",
  answers: COMMAND_ANSWERS,
  handle: (call, dependencies) =>
    answerPlainly({ name: "undo-restore" }, "The restore is being taken back.", call, dependencies),
});
