/**
 * The document `system/heartbeat`: when the resync last saw the cluster.
 *
 * @module
 */
import { Timestamp } from "@google-cloud/firestore";
import type { Firestore } from "@google-cloud/firestore";
import { call } from "./firestore-calls.ts";

export function openHeartbeat(firestore: Firestore) {
  const heartbeat = firestore.doc("system/heartbeat");

  /** Notes that the resync has just seen the cluster. */
  async function recordHeartbeat(now: Date): Promise<void> {
    await call(heartbeat.set({ seen_at: now }));
  }

  /** When the resync last saw the cluster. Its answer also proves that the database answers. */
  async function readHeartbeat(milliseconds: number): Promise<Date | null> {
    const snapshot = await call(heartbeat.get(), milliseconds);
    const seenAt: unknown = snapshot.get("seen_at");
    return seenAt instanceof Timestamp ? seenAt.toDate() : null;
  }

  return { recordHeartbeat, readHeartbeat };
}
