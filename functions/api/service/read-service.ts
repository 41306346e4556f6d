/**
 * The endpoint that says what this service is.
 *
 * @module
 */
import type { FromSchema } from "json-schema-to-ts";
import packageJson from "../../../package.json" with { type: "json" };
import { defineEndpoint } from "../http/endpoint.ts";
import { named } from "../http/named-schema.ts";

const serviceSchema = named("Service", {
  type: "object",
  additionalProperties: false,
  required: ["name", "version", "docs"],
  properties: {
    name: { type: "string" },
    version: { type: "string" },
    docs: { type: "string", description: "The path of the documentation." },
  },
});

const { version } = packageJson;

export const readService = defineEndpoint({
  method: "GET",
  path: "/",
  summary: "The name and version of this service",
  isPublic: true,
  answers: { 200: { description: "The service.", schema: serviceSchema } },
  handle() {
    const body: FromSchema<typeof serviceSchema> = {
      name: "Kairos Control Plane",
      version,
      docs: "/docs",
    };
    return Promise.resolve({ status: 200, body });
  },
});
