/**
 * The endpoint that tells what happened to a tenant.
 *
 * @module
 */
import type { JSONSchema } from "json-schema-to-ts";
import type { Store } from "../../../shared/firestore/store.ts";
import { isDeleted } from "../../../shared/tenant/tenant.ts";
import { defineEndpoint } from "../http/endpoint.ts";
import { noSuchTenant } from "../tenants/tenant-answers.ts";
import { problemSchema } from "../http/problem.ts";
import {
  operationListSchema,
  operationPageParameters,
  readOperationPage,
} from "./operation-page.ts";

const querySchema = {
  type: "object",
  properties: operationPageParameters,
} as const satisfies JSONSchema;

export const listTenantOperations = defineEndpoint({
  method: "GET",
  path: "/tenants/{id}/operations",
  summary: "Read what happened to a tenant, the newest first",
  description:
    "Each attempt at each command, with who asked for it and how it ended. It can be read for 90 days, also when the tenant is gone.",
  query: querySchema,
  answers: {
    200: { description: "A page of operations.", schema: operationListSchema },
    404: {
      description: "There is neither such a tenant nor a record of it.",
      schema: problemSchema,
    },
  },
  async handle({ tenantId, query }, { store }) {
    const { limit, page_token } = query;
    const wanted = { filter: { tenant_id: tenantId }, since: null, limit };
    const body = await readOperationPage({ ...wanted, page_token }, store);
    if (body.operations.length === 0 && !(await isKnown(tenantId, store))) {
      throw noSuchTenant(tenantId);
    }
    return { status: 200, body };
  },
});

/** Whether there is a tenant, or a record of what happened to it. */
async function isKnown(tenantId: string, store: Store): Promise<boolean> {
  const tenant = (await store.showTenant(tenantId))?.tenant;
  if (tenant !== undefined && !isDeleted(tenant)) return true;
  const filter = { tenant_id: tenantId };
  const newest = await store.listOperations({ filter, since: null, limit: 1, after: null });
  return newest.operations.length > 0;
}
