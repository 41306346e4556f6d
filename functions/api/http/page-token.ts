/**
 * Where a listing goes on, as a text that callers hand back unread.
 *
 * @module
 */
import type { Position } from "../../../shared/firestore/store.ts";
import { invalid } from "./parse-input.ts";

/** The end of the year 9999, after which Firestore has no time. */
const LAST_SECOND = 253_402_300_799;

/** In place of a time, where a record has none. */
const UNDATED = "undated";

export function toPageToken({ createdAt, id }: Position): string {
  const time =
    createdAt === null
      ? UNDATED
      : `${createdAt.seconds}.${String(createdAt.nanoseconds).padStart(9, "0")}`;
  return Buffer.from(`${time}.${id}`).toString("base64url");
}

/** Throws a `Problem` for what is no token of a list of documents with such ids. */
export function parsePageToken(token: string, isId: (text: string) => boolean): Position {
  const text = Buffer.from(token, "base64url").toString("utf8");
  const [, undatedId = ""] = /^undated\.(.*)$/s.exec(text) ?? [];
  if (isId(undatedId)) return { createdAt: null, id: undatedId };
  const [, seconds = "", nanoseconds = "", id = ""] =
    /^(\d{1,12})\.(\d{9})\.(.*)$/s.exec(text) ?? [];
  if (seconds !== "" && Number(seconds) <= LAST_SECOND && isId(id)) {
    return { createdAt: { seconds: Number(seconds), nanoseconds: Number(nanoseconds) }, id };
  }
  const message = "page_token must be the next_page_token of an earlier answer";
  throw invalid([{ pointer: "/page_token", message }]);
}
