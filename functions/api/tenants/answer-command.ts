/**
 * Answers a command for its endpoint: it is recorded, and triggers a reconcile, the first time and when it is repeated.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import { operationIdSchema, tenantIdSchema } from "../../../shared/tenant/field-schemas.ts";
import type { CommandRequest } from "../../../shared/tenant/command-effect.ts";
import type { Command, CommandWithFields } from "../../../shared/tenant/commands.ts";
import type { StoredAnswer } from "../../../shared/tenant/repeated-request.ts";
import type { Tenant } from "../../../shared/tenant/tenant.ts";
import { currentOperationId } from "../history/current-operation.ts";
import type { ApiDependencies, Call } from "../http/endpoint.ts";
import { invalid } from "../http/parse-input.ts";
import { Problem } from "../http/problem.ts";
import type { ApiResponse } from "../http/response.ts";
import { recordCommand } from "./record-command.ts";
import { keyReused, noSuchTenant } from "./tenant-answers.ts";
import { statusSchema } from "./tenant-view.ts";
import { sendTrigger } from "../../../shared/pubsub/send-trigger.ts";

/** How a command is answered. */
interface Answers {
  /** By the tenant as it is then. */
  answer: (tenant: Tenant, issued: CommandRequest) => StoredAnswer;
  /** What of the answer is stored for a repetition, where that is not all. */
  toStored?: (answer: StoredAnswer) => StoredAnswer;
  /** How a repetition is answered by what was stored. */
  fromStored?: (stored: StoredAnswer) => StoredAnswer;
}

/** Throws a `Problem` where the command is not possible. */
export async function answerCommand(
  command: Command | CommandWithFields,
  { tenantId, requestedBy, identity }: Omit<Call, "body" | "query">,
  dependencies: ApiDependencies,
  { answer, toStored = (all) => all, fromStored = (all) => all }: Answers,
): Promise<ApiResponse> {
  const issued = { commandId: randomUUID(), requestedBy, now: new Date() };
  const request = identity && {
    ...identity,
    now: issued.now,
    answer: (tenant: Tenant) => toStored(answer(tenant, issued)),
  };
  const result = await recordCommand(dependencies.store, tenantId, command, issued, request);
  switch (result?.outcome) {
    case undefined:
      throw noSuchTenant(tenantId);
    case "refused": {
      const { why, field } = result;
      throw field === undefined
        ? new Problem(409, why)
        : invalid([{ pointer: `/${field}`, message: why }]);
    }
    case "key-reused":
      throw keyReused();
    case "replayed":
    case "changed":
    case "unchanged":
      // Also of a repetition, for the first time may have ended before its trigger was published.
      await sendTrigger("tenant", tenantId, dependencies.bus);
      return result.outcome === "replayed"
        ? fromStored(result.answer)
        : answer(result.tenant, issued);
  }
}

/** The fields of an accepted command's answer, whatever else it has. */
export const acceptedFields = {
  success: { type: "boolean", const: true },
  id: tenantIdSchema,
  status: statusSchema,
  message: { type: "string" },
  operation: {
    ...operationIdSchema,
    description: "The operation that carries it out, whose path is in `Location`.",
  },
} as const;

/** The answer to an accepted command: these fields, and which operation carries it out. */
export function toAccepted(
  tenant: Tenant,
  fields: { message: string } & Record<string, unknown>,
): StoredAnswer {
  const { id, status } = tenant;
  const operation = currentOperationId(tenant);
  const headers = { Location: `/tenants/${id}/operations/${operation}` };
  return {
    status: 202,
    headers,
    body: { success: true, id, status: status.phase, ...fields, operation },
  };
}
