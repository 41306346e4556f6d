/**
 * The API's surface, an entry an endpoint. What is matched, validated, answered and documented is
 * derived from this one table. Pure.
 *
 * @module
 */
import type { FromSchema, JSONSchema } from "json-schema-to-ts";
import {
  acceptedSchema,
  changeTenantSchema,
  createdSchema,
  createTenantSchema,
  healthSchema,
  listQuerySchema,
  problemSchema,
  RESERVED_SUBDOMAINS,
  serviceSchema,
  tenantListSchema,
  tenantSchema,
  tenantStatusSchema,
} from "./tenants/api-schemas.ts";

export type Method = "GET" | "POST" | "PATCH" | "DELETE";

/** The headers that an answer may bear beside those that all have. */
export type AnswerHeader = "Location" | "ETag" | "Retry-After";

/** One way in which an endpoint may be answered. */
export interface AnswerSpec {
  description: string;
  /** Of the JSON body; none where there is no body. */
  schema?: JSONSchema;
  headers?: readonly AnswerHeader[];
}

export interface EndpointSpec {
  method: Method;
  /** A template: `{id}` stands for a tenant's id. */
  path: string;
  summary: string;
  description?: string;
  /** Whether it answers anybody. */
  isPublic?: true;
  query?: JSONSchema;
  body?: JSONSchema;
  answers: Readonly<Record<number, AnswerSpec>>;
}

const noSuchTenant = { description: "There is no such tenant.", schema: problemSchema } as const;
const notAllowed = {
  description: "The tenant's state does not allow it; `error` says why.",
  schema: problemSchema,
} as const;
const unchanged = {
  description: "Nothing has changed since the `ETag` in `If-None-Match`.",
  headers: ["ETag", "Retry-After"],
} as const;
const accepted = {
  description: "Accepted. The status changes when it is done, and verified.",
  schema: acceptedSchema,
} as const;

export const ENDPOINTS = {
  readService: {
    method: "GET",
    path: "/",
    summary: "The name and version of this service",
    isPublic: true,
    answers: { 200: { description: "The service.", schema: serviceSchema } },
  },
  readHealth: {
    method: "GET",
    path: "/health",
    summary: "Whether the service and what it stands on are well",
    isPublic: true,
    answers: {
      200: { description: "The database answers.", schema: healthSchema },
      503: {
        description: "The database does not answer: nothing can be served.",
        schema: healthSchema,
        headers: ["Retry-After"],
      },
    },
  },
  createTenant: {
    method: "POST",
    path: "/tenants",
    summary: "Create a tenant",
    description:
      "Its site is made in the background; watch its status. Without a `subdomain` one is made. " +
      "`school_name` is the older name of `organization`. Reserved, beside what the service is set up " +
      `with, are ${[...RESERVED_SUBDOMAINS].join(", ")}.`,
    body: createTenantSchema,
    answers: {
      201: {
        description: "The tenant is queued.",
        schema: createdSchema,
        headers: ["Location"],
      },
      409: { description: "The subdomain is taken.", schema: problemSchema },
    },
  },
  listTenants: {
    method: "GET",
    path: "/tenants",
    summary: "List tenants, the newest first",
    description:
      "Follow `next_page_token` from page to page: each tenant that is there from the first page on " +
      "is seen once, whatever is created meanwhile. `skip` is for older callers: what it skips is read, " +
      "and billed, all the same. Skip or follow a token, not both. `email` is compared as it was given.",
    query: listQuerySchema,
    answers: { 200: { description: "A page of tenants.", schema: tenantListSchema } },
  },
  readTenant: {
    method: "GET",
    path: "/tenants/{id}",
    summary: "Read a tenant",
    answers: {
      200: { description: "The tenant.", schema: tenantSchema, headers: ["ETag", "Retry-After"] },
      304: unchanged,
      404: noSuchTenant,
    },
  },
  changeTenant: {
    method: "PATCH",
    path: "/tenants/{id}",
    summary: "Correct a tenant's organization or e-mail",
    description: "Changes the record. A site that is already made keeps what it was made with.",
    body: changeTenantSchema,
    answers: {
      200: { description: "The tenant as it is now.", schema: tenantSchema },
      404: noSuchTenant,
      409: notAllowed,
    },
  },
  deleteTenant: {
    method: "DELETE",
    path: "/tenants/{id}",
    summary: "Delete a tenant, its site and its data",
    description: "At once and without a backup. The status is `deleting`, and then 404.",
    answers: { 202: accepted, 404: noSuchTenant, 409: notAllowed },
  },
  readTenantStatus: {
    method: "GET",
    path: "/tenants/{id}/status",
    summary: "Watch a tenant",
    description: "`Retry-After` says when to ask again; without it nothing is under way.",
    answers: {
      200: {
        description: "The status.",
        schema: tenantStatusSchema,
        headers: ["ETag", "Retry-After"],
      },
      304: unchanged,
      404: noSuchTenant,
    },
  },
  retryTenant: {
    method: "POST",
    path: "/tenants/{id}/retry",
    summary: "Try once more what has failed",
    description: "After a failed creation, suspension or resumption.",
    answers: { 202: accepted, 404: noSuchTenant, 409: notAllowed },
  },
  suspendTenant: {
    method: "POST",
    path: "/tenants/{id}/suspend",
    summary: "Put the tenant's site into maintenance mode",
    answers: { 202: accepted, 404: noSuchTenant, 409: notAllowed },
  },
  resumeTenant: {
    method: "POST",
    path: "/tenants/{id}/resume",
    summary: "Take the tenant's site out of maintenance mode",
    answers: { 202: accepted, 404: noSuchTenant, 409: notAllowed },
  },
} as const satisfies Record<string, EndpointSpec>;

export type EndpointId = keyof typeof ENDPOINTS;

type Spec<Id extends EndpointId> = (typeof ENDPOINTS)[Id];

/** What an endpoint's schema says of its query, or of its body. */
export type InputOf<Id extends EndpointId, Part extends "query" | "body"> =
  Spec<Id> extends Record<Part, infer S extends JSONSchema> ? FromSchema<S> : undefined;

export const ENDPOINT_IDS = Object.keys(ENDPOINTS) as EndpointId[];

/** The same entry, seen as any of them. */
export function specOf(id: EndpointId): EndpointSpec {
  return ENDPOINTS[id];
}

/** Whether a repeated request shall be recognised by its `Idempotency-Key`. */
export function takesIdempotencyKey({ method }: Pick<EndpointSpec, "method">): boolean {
  return method === "POST" || method === "DELETE";
}
