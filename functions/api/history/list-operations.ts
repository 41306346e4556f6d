/**
 * The endpoint that tells what happened to all tenants.
 *
 * @module
 */
import type { JSONSchema } from "json-schema-to-ts";
import { OPERATION_STATES } from "../../../shared/tenant/operation-record.ts";
import { defineEndpoint } from "../http/endpoint.ts";
import { parseTime, timeSchema } from "../http/time.ts";
import {
  operationListSchema,
  operationPageParameters,
  readOperationPage,
} from "./operation-page.ts";

const sinceSchema = {
  ...timeSchema,
  title: "Only operations that were asked for then or later",
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
    const wanted = { filter, since: since === undefined ? null : parseTime("since", since), limit };
    return { status: 200, body: await readOperationPage({ ...wanted, page_token }, store) };
  },
});
