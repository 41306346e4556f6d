/**
 * A page of operations, as both listings take and answer it.
 *
 * @module
 */
import type { FromSchema, JSONSchema } from "json-schema-to-ts";
import type { OperationListRequest, Store } from "../../../shared/firestore/store.ts";
import { isOperationId } from "../../../shared/tenant/names.ts";
import { named } from "../http/named-schema.ts";
import { pageTokenSchema } from "../http/parameter-schemas.ts";
import { parsePageToken, toPageToken } from "../http/page-token.ts";
import { operationSchema, toOperationView } from "./operation-view.ts";

/** The parameters of any listing of operations. */
export const operationPageParameters = {
  limit: {
    type: "integer",
    title: "How many operations a page has at most",
    minimum: 1,
    maximum: 1000,
    default: 100,
    description: "a whole number from 1 to 1000",
  },
  page_token: pageTokenSchema,
} as const satisfies Record<string, JSONSchema>;

export const operationListSchema = named("OperationList", {
  type: "object",
  additionalProperties: false,
  required: ["operations", "limit", "has_more", "next_page_token"],
  properties: {
    operations: { type: "array", items: operationSchema },
    limit: { type: "integer" },
    has_more: { type: "boolean" },
    next_page_token: {
      type: ["string", "null"],
      description: "The `page_token` of the next page; null on the last.",
    },
  },
});
type OperationListView = FromSchema<typeof operationListSchema>;

/** What a caller wants to see of the history. */
interface Wanted extends Pick<OperationListRequest, "filter" | "since" | "limit"> {
  page_token?: string | undefined;
}

/** Reads a page of the history. */
export async function readOperationPage(
  { page_token, ...wanted }: Wanted,
  store: Store,
): Promise<OperationListView> {
  const after = page_token === undefined ? null : parsePageToken(page_token, isOperationId);
  const { operations, next } = await store.listOperations({ ...wanted, after });
  return {
    operations: operations.map(toOperationView),
    limit: wanted.limit,
    has_more: next !== null,
    next_page_token: next === null ? null : toPageToken(next),
  };
}
