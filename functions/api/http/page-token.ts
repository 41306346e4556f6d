/**
 * Where a listing goes on, as a text that callers hand back unread.
 *
 * @module
 */
import type { NamedPosition, Position } from "../../../shared/firestore/store.ts";
import { invalid } from "./parse-input.ts";

/** The end of the year 9999, after which Firestore has no time. */
const LAST_SECOND = 253_402_300_799;

/** In place of a time, where a record has none. */
const UNDATED = "undated";

type IsId = (text: string) => boolean;

/** Where a list goes on that has the newest first. */
export function toPageToken(position: Position): string {
  return encoded(`${toTimeText(position)}.${position.id}`);
}

/** Throws a `Problem` for what is no token of a list of documents with such ids. */
export function parsePageToken(token: string, isId: IsId): Position {
  const [, time = "", id = ""] = /^(undated|\d+\.\d+)\.(.*)$/s.exec(decoded(token)) ?? [];
  return toPosition(time, id, isId);
}

/** Where a list goes on that may have several orders, of which this is one. */
export function toOrderedPageToken(order: string, position: NamedPosition): string {
  return encoded([order, toTimeText(position), position.id, position.subdomain].join("/"));
}

/** Throws a `Problem` for what is no token of a list of documents with such ids in this order. */
export function parseOrderedPageToken(token: string, order: string, isId: IsId): NamedPosition {
  const [itsOrder, time = "", id = "", ...subdomain] = decoded(token).split("/");
  if (itsOrder !== order) throw noToken();
  return { ...toPosition(time, id, isId), subdomain: subdomain.join("/") };
}

function toTimeText({ createdAt }: Position): string {
  if (createdAt === null) return UNDATED;
  return `${createdAt.seconds}.${String(createdAt.nanoseconds).padStart(9, "0")}`;
}

function toPosition(time: string, id: string, isId: IsId): Position {
  if (!isId(id)) throw noToken();
  if (time === UNDATED) return { createdAt: null, id };
  const [, seconds = "", nanoseconds = ""] = /^(\d{1,12})\.(\d{9})$/.exec(time) ?? [];
  if (seconds === "" || Number(seconds) > LAST_SECOND) throw noToken();
  return { createdAt: { seconds: Number(seconds), nanoseconds: Number(nanoseconds) }, id };
}

const encoded = (text: string) => Buffer.from(text).toString("base64url");
const decoded = (token: string) => Buffer.from(token, "base64url").toString("utf8");

function noToken() {
  const message = "page_token must be the next_page_token of an earlier answer in the same order";
  return invalid([{ pointer: "/page_token", message }]);
}
