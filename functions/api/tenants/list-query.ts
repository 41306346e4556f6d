/**
 * What callers ask the list of tenants for.
 *
 * @module
 */
import type { FromSchema, JSONSchema } from "json-schema-to-ts";
import { BENCH_NAME_PATTERN } from "../../../shared/configuration/bench.ts";
import type { ListRequest, NamedPosition } from "../../../shared/firestore/store.ts";
import { emailSchema } from "../../../shared/tenant/field-schemas.ts";
import { TENANT_ORDERS } from "../../../shared/tenant/list-orders.ts";
import type { TenantOrder } from "../../../shared/tenant/list-orders.ts";
import { isTenantId } from "../../../shared/tenant/names.ts";
import {
  parseOrderedPageToken,
  parsePageToken,
  toOrderedPageToken,
  toPageToken,
} from "../http/page-token.ts";
import { pageTokenSchema, showDeletedSchema } from "../http/parameter-schemas.ts";
import { invalid } from "../http/parse-input.ts";
import { parseTime, timeSchema } from "../http/time.ts";
import { statusSchema } from "./tenant-view.ts";

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
    q: {
      type: "string",
      title: "Only tenants whose subdomain begins so",
      pattern: "^[a-zA-Z0-9-]{1,63}$",
      description: "1 to 63 letters a to z, digits or hyphens",
    },
    state: {
      type: "string",
      enum: ["present", "suspended", "standby"],
      title: "Only tenants that are to be so; the pool's standbys are left out otherwise",
      description: "present, suspended or standby",
    },
    bench: {
      type: "string",
      title: "Only tenants of this bench: their `bench`",
      pattern: BENCH_NAME_PATTERN,
      description: "the name of a bench: 1 to 32 letters a to z, digits or hyphens",
    },
    created_after: { ...timeSchema, title: "Only tenants that were made then or later" },
    created_before: { ...timeSchema, title: "Only tenants that were made earlier" },
    order_by: {
      type: "string",
      enum: TENANT_ORDERS,
      title: "The order; the newest first without it, or with q by subdomain",
      description: `one of ${TENANT_ORDERS.join(", ")}`,
    },
    show_deleted: showDeletedSchema,
  },
} as const satisfies JSONSchema;

type ListQuery = FromSchema<typeof listQuerySchema>;

/** What to ask the store for. Throws a `Problem` for what does not go together. */
export function toListRequest(query: ListQuery): ListRequest {
  const { limit, show_deleted = false } = query;
  const order = orderOf(query);
  return {
    filter: filterOf(query),
    showDeleted: show_deleted,
    order,
    limit,
    from: placeOf(query, order),
  };
}

/** What may not stand beside `skip`. */
const INSTEAD_OF_SKIP = [
  "page_token",
  "q",
  "state",
  "bench",
  "created_after",
  "created_before",
  "order_by",
] as const;

/** Throws a `Problem` where something is to be skipped that only a token leads past. */
function checkSkip(query: ListQuery): void {
  if (query.skip === 0) return;
  // The standbys could be skipped before there were other states to list by.
  const { state, ...others } = query;
  const given = state === "standby" ? others : query;
  const other = INSTEAD_OF_SKIP.find((name) => given[name] !== undefined);
  if (other === undefined) return;
  throw invalid([{ pointer: "/skip", message: `skip must be left out beside ${other}` }]);
}

function filterOf(query: ListQuery): ListRequest["filter"] {
  const { status, email, q, state, bench, created_after, created_before } = query;
  return {
    ...(status && { phase: status }),
    ...(email && { email }),
    ...(q && { prefix: q.toLowerCase() }),
    ...(state && { state }),
    ...(bench && { bench }),
    ...(created_after && { createdFrom: parseTime("created_after", created_after) }),
    ...(created_before && { createdBefore: parseTime("created_before", created_before) }),
  };
}

function orderOf({ order_by, q }: ListQuery): TenantOrder {
  return order_by ?? (q === undefined ? "-created_at" : "subdomain");
}

/** Whether a token needs no more than the time and the id: as those do that older callers have. */
function hasPlainTokens({ q }: ListQuery, order: TenantOrder): boolean {
  return order === "-created_at" && q === undefined;
}

function placeOf(query: ListQuery, order: TenantOrder): ListRequest["from"] {
  checkSkip(query);
  const { page_token, skip } = query;
  if (page_token === undefined) return { skip };
  const after = hasPlainTokens(query, order)
    ? { ...parsePageToken(page_token, isTenantId), subdomain: "" }
    : parseOrderedPageToken(page_token, order, isTenantId);
  return { after };
}

/** The token by which the same list goes on. */
export function toNextToken(next: NamedPosition, query: ListQuery): string {
  const order = orderOf(query);
  return hasPlainTokens(query, order) ? toPageToken(next) : toOrderedPageToken(order, next);
}
