/**
 * The endpoint that says whether the service, its database and its cluster are healthy.
 *
 * @module
 */
import type { FromSchema } from "json-schema-to-ts";
import packageJson from "../../../package.json" with { type: "json" };
import type { Store } from "../../../shared/firestore/store.ts";
import { errorFields, log } from "../../../shared/platform/log.ts";
import { defineEndpoint } from "../http/endpoint.ts";
import { named } from "../http/named-schema.ts";

const healthSchema = named("Health", {
  type: "object",
  additionalProperties: false,
  required: ["status", "database", "gke_connection", "version"],
  properties: {
    status: { type: "string", enum: ["healthy", "unhealthy"] },
    database: { type: "boolean", description: "Whether the database has just answered." },
    gke_connection: {
      type: "boolean",
      description: "Whether the cluster was seen within the last minutes.",
    },
    version: { type: "string" },
  },
});

const { version } = packageJson;

const HEALTH_MILLISECONDS = 2_000;

/** The resync looks at the cluster every minute; three missed ones in a row are no coincidence. */
const HEARTBEAT_SECONDS = 200;

export const readHealth = defineEndpoint({
  method: "GET",
  path: "/health",
  summary: "Whether the service, its database and its cluster are healthy",
  isPublic: true,
  answers: {
    200: { description: "The database answers.", schema: healthSchema },
    503: {
      description: "The database does not answer: nothing can be served.",
      schema: healthSchema,
      headers: ["Retry-After"],
    },
  },
  async handle(_call, { store }) {
    const { database, gke_connection } = await look(store);
    const status = database ? "healthy" : "unhealthy";
    const body: FromSchema<typeof healthSchema> = { status, database, gke_connection, version };
    return database
      ? { status: 200, body }
      : { status: 503, headers: { "Retry-After": "5" }, body };
  },
});

async function look(store: Store): Promise<{ database: boolean; gke_connection: boolean }> {
  try {
    const heartbeat = await store.readHeartbeat(HEALTH_MILLISECONDS);
    const ageSeconds = heartbeat === null ? Infinity : (Date.now() - heartbeat.getTime()) / 1000;
    return { database: true, gke_connection: ageSeconds < HEARTBEAT_SECONDS };
  } catch (error) {
    log("WARNING", "StoreUnavailable", errorFields(error));
    return { database: false, gke_connection: false };
  }
}
