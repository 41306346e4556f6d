/**
 * What the API says of itself: its name, and whether it and what it stands on are well.
 *
 * @module
 */
import { errorFields, log } from "../../shared/log.ts";
import type { Store } from "../../shared/store.ts";

import packageJson from "../../package.json" with { type: "json" };
import type { Api, ApiResponse, Call } from "./app.ts";

const { version } = packageJson;

const HEALTH_MILLISECONDS = 2_000;

/** The sweep looks at the cluster every minute; three missed ones in a row are no coincidence. */
const HEARTBEAT_SECONDS = 200;

export function readService(): Promise<ApiResponse> {
  return Promise.resolve({
    status: 200,
    body: { name: "Kairos Control Plane", version },
  });
}

/** 503 only when the database does not answer: without it no request can be served. */
export async function readHealth(_call: Call, { store }: Api): Promise<ApiResponse> {
  const { database, gke_connection } = await look(store);
  return {
    status: database ? 200 : 503,
    headers: database ? {} : { "Retry-After": "5" },
    body: { status: database ? "healthy" : "unhealthy", database, gke_connection, version },
  };
}

async function look(store: Store): Promise<{ database: boolean; gke_connection: boolean }> {
  try {
    const beat = await store.lastBeat(HEALTH_MILLISECONDS);
    const ageSeconds = beat === null ? Infinity : (Date.now() - beat.getTime()) / 1000;
    return { database: true, gke_connection: ageSeconds < HEARTBEAT_SECONDS };
  } catch (error) {
    log("WARNING", "the database does not answer", errorFields(error));
    return { database: false, gke_connection: false };
  }
}
