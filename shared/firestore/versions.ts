/**
 * The versions of documents: to everybody else opaque, here the time of a document's last write.
 *
 * @module
 */
import type { Precondition, Timestamp } from "@google-cloud/firestore";

/** Makes a write insist on the version at which a document was read. */
export function unchangedSince(version: unknown): Precondition {
  return { lastUpdateTime: version as Timestamp };
}
