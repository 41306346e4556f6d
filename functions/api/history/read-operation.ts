/**
 * The endpoint that shows an operation with its log.
 *
 * @module
 */
import { parseOperationId } from "../../../shared/tenant/names.ts";
import { defineEndpoint } from "../http/endpoint.ts";
import { Problem, problemSchema } from "../http/problem.ts";
import { POLL_HEADERS } from "../tenants/find-tenant.ts";
import { NOT_MODIFIED } from "../tenants/tenant-answers.ts";
import { operationWithLogSchema, toOperationWithLog } from "./operation-view.ts";

export const readOperation = defineEndpoint({
  method: "GET",
  path: "/tenants/{id}/operations/{op}",
  summary: "Read an operation, with its log",
  description: "`Retry-After` says when to ask again; without it the operation has ended.",
  answers: {
    200: {
      description: "The operation.",
      schema: operationWithLogSchema,
      headers: ["ETag", "Retry-After"],
    },
    304: NOT_MODIFIED,
    404: { description: "There is no such operation of this tenant.", schema: problemSchema },
  },
  async handle({ tenantId, operationId }, { store }) {
    const isTheirs = parseOperationId(operationId)?.tenantId === tenantId;
    const operation = isTheirs ? await store.readOperation(operationId) : null;
    if (operation === null) {
      throw new Problem(404, `There is no operation ${operationId} of tenant ${tenantId}.`);
    }
    const isOpen = operation.state === "queued" || operation.state === "running";
    const headers = isOpen ? POLL_HEADERS : {};
    return { status: 200, headers, body: toOperationWithLog(operation) };
  },
});
