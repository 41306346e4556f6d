/**
 * The endpoints of the commands: each records what is asked of a tenant and answers at once.
 *
 * @module
 */
import type { Command, CommandWithFields } from "../../../shared/tenant/commands.ts";
import { defineEndpoint } from "../http/endpoint.ts";
import type { ApiDependencies, Call, Endpoint, EndpointSpec } from "../http/endpoint.ts";
import { named } from "../http/named-schema.ts";
import type { ApiResponse } from "../http/response.ts";
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

/** How a command is answered that says all by its name, or by what its query says. */
export const COMMAND_ANSWERS = {
  202: {
    description: "Accepted. The status changes when it is done, and verified.",
    schema: acceptedSchema,
    headers: ["Location"],
  },
  404: NO_SUCH_TENANT,
  409: NOT_ALLOWED,
} as const satisfies EndpointSpec["answers"];

/** Defines the endpoint of a command. It answers with the tenant's status as it is then. */
export function commandEndpoint(command: Command, { message, ...spec }: CommandTexts): Endpoint {
  return defineEndpoint({
    ...spec,
    answers: COMMAND_ANSWERS,
    handle: (call, dependencies) => answerPlainly(command, message, call, dependencies),
  });
}

/** Records a command and answers it with a sentence for a caller whose command is a new one. */
export function answerPlainly(
  command: Command | CommandWithFields,
  message: string,
  call: Omit<Call, "body" | "query">,
  dependencies: ApiDependencies,
): Promise<ApiResponse> {
  return answerCommand(command, call, dependencies, {
    answer(tenant, { commandId }) {
      const isNew = tenant.spec.command_id === commandId;
      return toAccepted(tenant, { message: isNew ? message : "Already requested." });
    },
  });
}
