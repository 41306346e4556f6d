/**
 * The endpoint that lists the tenants.
 *
 * @module
 */
import type { FromSchema, JSONSchema } from "json-schema-to-ts";
import { emailSchema } from "../../../shared/tenant/field-schemas.ts";
import { isTenantId } from "../../../shared/tenant/names.ts";
import { defineEndpoint } from "../http/endpoint.ts";
import { named } from "../http/named-schema.ts";
import { pageTokenSchema, showDeletedSchema } from "../http/parameter-schemas.ts";
import { invalid } from "../http/parse-input.ts";
import { parsePageToken, toPageToken } from "../http/page-token.ts";
import { statusSchema, tenantSchema, toView } from "./tenant-view.ts";

const skipSchema = {
  type: "integer",
  deprecated: true,
  title: "How many tenants to leave out; better follow page_token",
  minimum: 0,
  maximum: 1_000_000,
  default: 0,
  description: "a whole number from 0 to 1000000",
} as const;

export const listQuerySchema = {
  type: "object",
  properties: {
    skip: skipSchema,
    limit: {
      type: "integer",
      title: "How many tenants a page has at most",
      minimum: 1,
      maximum: 1000,
      default: 100,
      description: "a whole number from 1 to 1000",
    },
    page_token: pageTokenSchema,
    status: { ...statusSchema, title: "Only tenants with this status" },
    email: { ...emailSchema, title: "Only tenants with this e-mail, as it was given" },
    state: {
      type: "string",
      enum: ["standby"],
      title: "The standbys of the pool, which are left out otherwise",
      description: "standby, or left out",
    },
    show_deleted: showDeletedSchema,
  },
} as const satisfies JSONSchema;

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
  summary: "List tenants, the newest first",
  description:
    "Follow `next_page_token` from page to page: each tenant that is there from the first page on " +
    "is seen once, whatever is created meanwhile. `skip` is for older callers: what it skips is read, " +
    "and billed, all the same. Skip or follow a token, not both. `email` is compared as it was given. " +
    "Tenants whose deletion can be taken back are listed with `show_deleted` only.",
  query: listQuerySchema,
  answers: { 200: { description: "A page of tenants.", schema: tenantListSchema } },
  async handle({ query }, { store }) {
    const { skip, limit, page_token, status, email, state, show_deleted = false } = query;
    if (page_token !== undefined && skip > 0) {
      throw invalid([{ pointer: "/skip", message: "skip must be left out beside page_token" }]);
    }
    const { tenants, total, next } = await store.listTenants({
      filter: {
        ...(status && { phase: status }),
        ...(email && { email }),
        ...(state && { state }),
      },
      showDeleted: show_deleted,
      limit,
      from: page_token === undefined ? { skip } : { after: parsePageToken(page_token, isTenantId) },
    });
    const body: FromSchema<typeof tenantListSchema> = {
      tenants: tenants.map(toView),
      total,
      skip,
      limit,
      has_more: next !== null,
      next_page_token: next === null ? null : toPageToken(next),
    };
    return { status: 200, body };
  },
});
