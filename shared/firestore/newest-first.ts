/**
 * Lists of documents in the order of `created_at`, the newest first, that are read page by page. Of those made at the same
 * time, the id decides.
 *
 * @module
 */
import { FieldPath, Timestamp } from "@google-cloud/firestore";
import type { Query, QueryDocumentSnapshot } from "@google-cloud/firestore";

/** Where a page ends: its last document, as the list is ordered. */
export interface Position {
  /**
   * As fine as the database keeps it: a `Date` would lose those made within its millisecond. Null of a record
   * that is damaged there; such records come last.
   */
  createdAt: { seconds: number; nanoseconds: number } | null;
  id: string;
}

/** All times that there are, and so nothing of another type. */
export const ANY_TIME = new Timestamp(-62_135_596_800, 0);

/** Those with a time, from then on if it is given, in its order alone. */
export function byTime(matching: Query, since: Date | null = null): Query {
  return matching.where("created_at", ">=", since ?? ANY_TIME).orderBy("created_at", "desc");
}

/** The same in an order that leaves nothing open, so that a page can begin after any of them. */
export function newestFirst(matching: Query, since: Date | null = null): Query {
  return byTime(matching, since).orderBy(FieldPath.documentId(), "desc");
}

/** What follows a document with a time in such a list. */
export function startingAfter(
  list: Query,
  { createdAt, id }: { createdAt: NonNullable<Position["createdAt"]>; id: string },
): Query {
  return list.startAfter(new Timestamp(createdAt.seconds, createdAt.nanoseconds), id);
}

/** Where a document stands in such a list. */
export function positionOf(document: QueryDocumentSnapshot): Position {
  const createdAt: unknown = document.get("created_at");
  const { id } = document;
  if (!(createdAt instanceof Timestamp)) return { createdAt: null, id };
  const { seconds, nanoseconds } = createdAt;
  return { createdAt: { seconds, nanoseconds }, id };
}
