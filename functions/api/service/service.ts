/**
 * What the API says of itself: its name, and whether it and what it stands on are well.
 *
 * @module
 */
import { errorFields, log } from "../../../shared/platform/log.ts";
import type { Store } from "../../../shared/firestore/store.ts";

import packageJson from "../../../package.json" with { type: "json" };
import type { Api, ApiResponse } from "../http/answer.ts";
import type { Health, ServiceView } from "../tenants/api-schemas.ts";

const { version } = packageJson;

const HEALTH_MILLISECONDS = 2_000;

/** The resync looks at the cluster every minute; three missed ones in a row are no coincidence. */
const HEARTBEAT_SECONDS = 200;

export function readService(): Promise<ApiResponse> {
  const body: ServiceView = { name: "Kairos Control Plane", version, docs: "/docs" };
  return Promise.resolve({ status: 200, body });
}

/** 503 only when the database does not answer: without it no request can be served. */
export async function readHealth(_call: unknown, { store }: Api): Promise<ApiResponse> {
  const { database, gke_connection } = await look(store);
  const status = database ? "healthy" : "unhealthy";
  const body: Health = { status, database, gke_connection, version };
  return database ? { status: 200, body } : { status: 503, headers: { "Retry-After": "5" }, body };
}

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
