/**
 * The endpoints of the commands: each records what is asked of a tenant and answers at once.
 *
 * @module
 */
import type { Command } from "../../../shared/tenant/commands.ts";
import { defineEndpoint } from "../http/endpoint.ts";
import type { Endpoint, EndpointSpec } from "../http/endpoint.ts";
import { named } from "../http/named-schema.ts";
import { acceptedFields, answerCommand, toAccepted } from "./answer-command.ts";
import { NO_SUCH_TENANT, NOT_ALLOWED } from "./tenant-answers.ts";

const acceptedSchema = named("Accepted", {
  type: "object",
  additionalProperties: false,
  required: ["success", "id", "status", "message", "operation"],
  properties: acceptedFields,
});

/** What is said of a command's endpoint. */
interface CommandTexts extends Pick<EndpointSpec, "method" | "path" | "summary" | "description"> {
  /** What its answer tells a caller whose command is a new one. */
  message: string;
}

/** Defines the endpoint of a command. It answers with the tenant's status as it is then. */
export function commandEndpoint(command: Command, { message, ...spec }: CommandTexts): Endpoint {
  return defineEndpoint({
    ...spec,
    answers: {
      202: {
        description: "Accepted. The status changes when it is done, and verified.",
        schema: acceptedSchema,
        headers: ["Location"],
      },
      404: NO_SUCH_TENANT,
      409: NOT_ALLOWED,
    },
    handle: (call, dependencies) =>
      answerCommand(command, call, dependencies, {
        answer(tenant, { commandId }) {
          const isNew = tenant.spec.command_id === commandId;
          return toAccepted(tenant, { message: isNew ? message : "Already requested." });
        },
      }),
  });
}
