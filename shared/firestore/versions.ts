/**
 * The versions of documents: to everybody else opaque, here the time of a document's last write.
 *
 * @module
 */
import type { Precondition, Timestamp } from "@google-cloud/firestore";
import type { Version } from "../reconciler/ports.ts";

/** The version of a document that is there, by the time of its last write. */
export function versionOf(writeTime: Timestamp | undefined): Version {
  // Without one, a write that insists on it would insist on nothing.
  if (writeTime === undefined) throw new TypeError("a document that is there has a write time");
  return writeTime as unknown as Version;
}

/** Makes a write insist on the version at which a document was read. */
export function unchangedSince(version: Version): Precondition {
  return { lastUpdateTime: version as unknown as Timestamp };
}
