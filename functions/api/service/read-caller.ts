/**
 * The endpoint that says who calls, and what that caller may do.
 *
 * @module
 */
import type { FromSchema } from "json-schema-to-ts";
import { ROLES } from "../auth/authenticate.ts";
import { defineEndpoint } from "../http/endpoint.ts";
import { named } from "../http/named-schema.ts";

const callerSchema = named("Caller", {
  type: "object",
  additionalProperties: false,
  required: ["name", "role"],
  properties: {
    name: {
      type: "string",
      description: "By which the history names this caller: `key:NAME` or `google:ADDRESS`.",
    },
    role: {
      type: "string",
      enum: ROLES,
      description: "`viewer` may only read; `operator` may do all.",
    },
  },
});

export const readCaller = defineEndpoint({
  method: "GET",
  path: "/caller",
  summary: "Who calls, and what that caller may do",
  answers: { 200: { description: "The caller.", schema: callerSchema } },
  handle({ requestedBy, role }) {
    const body: FromSchema<typeof callerSchema> = { name: requestedBy.name, role };
    return Promise.resolve({ status: 200, body });
  },
});
