/**
 * The endpoint that tells what happened to all tenants.
 *
 * @module
 */
import type { JSONSchema } from "json-schema-to-ts";
import { OPERATION_STATES } from "../../../shared/tenant/operation-record.ts";
import { defineEndpoint } from "../http/endpoint.ts";
import { invalid } from "../http/parse-input.ts";
import {
  operationListSchema,
  operationPageParameters,
  readOperationPage,
} from "./operation-page.ts";

const sinceSchema = {
  type: "string",
  title: "Only operations that were asked for then or later",
  pattern:
    "^[12][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?Z$",
  description: "a time in UTC, such as 2026-11-29T17:00:00Z",
} as const satisfies JSONSchema;

export const operationsQuerySchema = {
  type: "object",
  properties: {
    state: {
      type: "string",
      enum: OPERATION_STATES,
      title: "Only operations in this state",
      description: `one of ${OPERATION_STATES.join(", ")}`,
    },
    kind: {
      type: "string",
      title: "Only operations of this kind, such as create",
      pattern: "^[a-z][a-z-]{0,30}$",
      description: "a kind of operation: a to z and hyphens",
    },
    since: sinceSchema,
    ...operationPageParameters,
  },
} as const satisfies JSONSchema;

export const listOperations = defineEndpoint({
  method: "GET",
  path: "/operations",
  summary: "Read what happened to all tenants, the newest first",
  description:
    "With `state=running` what is under way, with `state=failed` what went wrong. The log is in a single operation only.",
  query: operationsQuerySchema,
  answers: { 200: { description: "A page of operations.", schema: operationListSchema } },
  async handle({ query }, { store }) {
    const { state, kind, since, limit, page_token } = query;
    const filter = { ...(state && { state }), ...(kind && { kind }) };
    const wanted = { filter, since: since === undefined ? null : parseTime(since), limit };
    return { status: 200, body: await readOperationPage({ ...wanted, page_token }, store) };
  },
});

/** A time that its schema has let in. Some months do not have the day all the same. */
function parseTime(text: string): Date {
  const time = new Date(text);
  if (!Number.isNaN(time.getTime()) && time.toISOString().startsWith(text.slice(0, 10)))
    return time;
  throw invalid([{ pointer: "/since", message: `since must be ${sinceSchema.description}` }]);
}
