/**
 * The endpoint that lists the rollouts.
 *
 * @module
 */
import type { JSONSchema } from "json-schema-to-ts";
import { isTenantId } from "../../../shared/tenant/names.ts";
import { defineEndpoint } from "../http/endpoint.ts";
import { named } from "../http/named-schema.ts";
import { parsePageToken, toPageToken } from "../http/page-token.ts";
import { pageTokenSchema } from "../http/parameter-schemas.ts";
import { rolloutSchema, toRolloutView } from "./rollout-view.ts";

const querySchema = {
  type: "object",
  properties: {
    limit: {
      type: "integer",
      title: "How many rollouts a page has at most",
      minimum: 1,
      maximum: 100,
      default: 20,
      description: "a whole number from 1 to 100",
    },
    page_token: pageTokenSchema,
  },
} as const satisfies JSONSchema;

const rolloutListSchema = named("RolloutList", {
  type: "object",
  additionalProperties: false,
  required: ["rollouts", "limit", "has_more", "next_page_token"],
  properties: {
    rollouts: { type: "array", items: rolloutSchema },
    limit: { type: "integer" },
    has_more: { type: "boolean" },
    next_page_token: {
      type: ["string", "null"],
      description: "The `page_token` of the next page; null on the last.",
    },
  },
});

export const listRollouts = defineEndpoint({
  method: "GET",
  path: "/rollouts",
  summary: "List the rollouts, the newest first",
  query: querySchema,
  answers: { 200: { description: "A page of rollouts.", schema: rolloutListSchema } },
  async handle({ query: { limit, page_token } }, { store }) {
    // Their ids have the form of tenants' ids.
    const after = page_token === undefined ? null : parsePageToken(page_token, isTenantId);
    const { rollouts, next } = await store.listRollouts(limit, after);
    return {
      status: 200,
      body: {
        rollouts: rollouts.map(toRolloutView),
        limit,
        has_more: next !== null,
        next_page_token: next === null ? null : toPageToken(next),
      },
    };
  },
});
