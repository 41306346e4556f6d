/**
 * The endpoint that lists the tenants.
 *
 * @module
 */
import type { FromSchema } from "json-schema-to-ts";
import { defineEndpoint } from "../http/endpoint.ts";
import { named } from "../http/named-schema.ts";
import { listQuerySchema, toListRequest, toNextToken } from "./list-query.ts";
import { tenantSchema, toView } from "./tenant-view.ts";

const tenantListSchema = named("TenantList", {
  type: "object",
  additionalProperties: false,
  required: ["tenants", "total", "skip", "limit", "has_more", "next_page_token"],
  properties: {
    tenants: { type: "array", items: tenantSchema },
    total: { type: "integer", description: "How many there are in all that pass the filters." },
    skip: { type: "integer" },
    limit: { type: "integer" },
    has_more: { type: "boolean" },
    next_page_token: {
      type: ["string", "null"],
      description: "The `page_token` of the next page; null on the last.",
    },
  },
});

export const listTenants = defineEndpoint({
  method: "GET",
  path: "/tenants",
  summary: "List tenants, the newest first or as asked for",
  description:
    "Follow `next_page_token` from page to page, with the same parameters beside it: each tenant that is there from the first " +
    "page on is seen once, whatever is created meanwhile. `skip` is for older callers: what it skips is read, and billed, all " +
    "the same. Skip or follow a token, not both; it goes with `status`, `email`, `state=standby` and `show_deleted` alone. " +
    "`email` is compared as it was given. " +
    "Tenants whose deletion can be taken back are listed with `show_deleted` only.",
  query: listQuerySchema,
  answers: { 200: { description: "A page of tenants.", schema: tenantListSchema } },
  async handle({ query }, { store }) {
    const { skip, limit } = query;
    const { tenants, total, next } = await store.listTenants(toListRequest(query));
    const body: FromSchema<typeof tenantListSchema> = {
      tenants: tenants.map(toView),
      total,
      skip,
      limit,
      has_more: next !== null,
      next_page_token: next === null ? null : toNextToken(next, query),
    };
    return { status: 200, body };
  },
});
