/**
 * The endpoints of the commands: each records what is asked of a tenant and answers at once.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import type { FromSchema } from "json-schema-to-ts";
import type { Command } from "../../../shared/tenant/commands.ts";
import { operationIdSchema, tenantIdSchema } from "../../../shared/tenant/field-schemas.ts";
import type { StoredAnswer } from "../../../shared/tenant/repeated-request.ts";
import type { Tenant } from "../../../shared/tenant/tenant.ts";
import { currentOperationId } from "../history/current-operation.ts";
import { defineEndpoint } from "../http/endpoint.ts";
import type { ApiDependencies, Call, Endpoint, EndpointSpec } from "../http/endpoint.ts";
import { named } from "../http/named-schema.ts";
import { Problem } from "../http/problem.ts";
import type { ApiResponse } from "../http/response.ts";
import { publishTrigger } from "./publish-trigger.ts";
import { recordCommand } from "./record-command.ts";
import { keyReused, NO_SUCH_TENANT, noSuchTenant, NOT_ALLOWED } from "./tenant-answers.ts";
import { statusSchema } from "./tenant-view.ts";

const acceptedSchema = named("Accepted", {
  type: "object",
  additionalProperties: false,
  required: ["success", "id", "status", "message", "operation"],
  properties: {
    success: { type: "boolean", const: true },
    id: tenantIdSchema,
    status: statusSchema,
    message: { type: "string" },
    operation: {
      ...operationIdSchema,
      description: "The operation that carries it out, whose path is in `Location`.",
    },
  },
});

/** What is said of a command's endpoint. */
interface CommandTexts extends Pick<EndpointSpec, "method" | "path" | "summary" | "description"> {
  /** What its answer tells a caller whose command is a new one. */
  message: string;
}

/** Defines the endpoint of a command. */
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
    handle: (call, dependencies) => run(command, message, call, dependencies),
  });
}

/** Records a command, and answers with the tenant's status as it is then. */
async function run(
  command: Command,
  message: string,
  { tenantId, requestedBy, identity }: Call,
  dependencies: ApiDependencies,
): Promise<ApiResponse> {
  const issued = { commandId: randomUUID(), requestedBy, now: new Date() };
  const answer = (tenant: Tenant) =>
    accepted(tenant, tenant.spec.command_id === issued.commandId ? message : "Already requested.");
  const request = identity === null ? null : { ...identity, now: issued.now, answer };
  const result = await recordCommand(dependencies.store, tenantId, command, issued, request);
  switch (result?.outcome) {
    case undefined:
      throw noSuchTenant(tenantId);
    case "refused":
      throw new Problem(409, result.why);
    case "key-reused":
      throw keyReused();
    case "replayed":
    case "changed":
    case "unchanged":
      // Also of a repetition, for the first time may have ended before its trigger was published.
      await publishTrigger(tenantId, dependencies);
      return result.outcome === "replayed" ? result.answer : answer(result.tenant);
  }
}

function accepted(tenant: Tenant, message: string): StoredAnswer {
  const { id, status } = tenant;
  const operation = currentOperationId(tenant);
  const body: FromSchema<typeof acceptedSchema> = {
    success: true,
    id,
    status: status.phase,
    message,
    operation,
  };
  return { status: 202, headers: { Location: `/tenants/${id}/operations/${operation}` }, body };
}
