/**
 * The endpoint that shows what the newest garbage collection has found.
 *
 * @module
 */
import type { FromSchema } from "json-schema-to-ts";
import type { ShownCollection } from "../../../shared/firestore/garbage-collection.ts";
import { addSeconds } from "../../../shared/tenant/tenant.ts";
import { defineEndpoint } from "../http/endpoint.ts";
import { named } from "../http/named-schema.ts";

const text = { type: ["string", "null"] } as const;
const timeOrNull = { type: ["string", "null"], format: "date-time" } as const;

/** No run takes that long: its function would have been ended before. */
const LONGEST_RUN_SECONDS = 3600;

const findingSchema = named("Finding", {
  type: "object",
  additionalProperties: false,
  required: ["event", "tenant_id", "subdomain", "domain", "damaged", "at"],
  properties: {
    event: {
      type: "string",
      description: "What was found, and what became of it: `NameReleased`, `UnknownJob`, …",
    },
    tenant_id: { ...text, description: "Of any form, where somebody has written it by hand." },
    subdomain: text,
    domain: text,
    damaged: {
      type: "array",
      items: { type: "string" },
      description: "The first ten fields of the record that are damaged.",
    },
    at: { type: "string", format: "date-time" },
  },
});

const collectionSchema = named("GarbageCollection", {
  type: "object",
  additionalProperties: false,
  required: ["finished_at", "running_since", "findings_total", "findings", "failed"],
  properties: {
    finished_at: {
      ...timeOrNull,
      description: "When the newest one ended; null before the first.",
    },
    running_since: {
      ...timeOrNull,
      description: "When one began that has not ended; null while there is none.",
    },
    findings_total: { type: "integer", minimum: 0 },
    findings: {
      type: "array",
      items: findingSchema,
      description: "What the newest one that ended has found, the first 200.",
    },
    failed: {
      type: "array",
      items: { type: "string" },
      description:
        "What was not finished, and why; a garbage collection that came to its end has none.",
    },
  },
});

export const readGarbageCollection = defineEndpoint({
  method: "GET",
  path: "/garbage-collection",
  summary: "What the newest garbage collection has found",
  description:
    "It runs once a day: it removes what belongs to no tenant, and reports what is inconsistent.",
  answers: { 200: { description: "The newest garbage collection.", schema: collectionSchema } },
  async handle(_call, { store }) {
    return { status: 200, body: toView(await store.readGarbageCollection(), new Date()) };
  },
});

function toView(shown: ShownCollection, now: Date): FromSchema<typeof collectionSchema> {
  const { finished_at, running_since, findings_total, findings, failed } = shown;
  return {
    finished_at: finished_at && finished_at.toISOString(),
    running_since: running_since && running_since.toISOString(),
    findings_total,
    findings: findings.map(({ at, ...finding }) => ({ ...finding, at: at.toISOString() })),
    failed: [...failed, ...cutOff(running_since, now)],
  };
}

/** Of a run whose process ended before it did. */
function cutOff(runningSince: Date | null, now: Date): string[] {
  if (runningSince === null || addSeconds(runningSince, LONGEST_RUN_SECONDS) > now) return [];
  return [`The garbage collection of ${runningSince.toISOString()} has not come to its end.`];
}
