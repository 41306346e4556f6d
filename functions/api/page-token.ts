/**
 * Where a listing goes on, as a text that callers hand back unread.
 *
 * @module
 */
import type { Position } from "../../shared/store.ts";
import { isTenantId } from "../../shared/tenant.ts";
import { invalid } from "./validate.ts";

export function toPageToken({ createdAt, id }: Position): string {
  return Buffer.from(`${createdAt.getTime()}.${id}`).toString("base64url");
}

/** Throws a `Problem` for what is no token of this API. */
export function parsePageToken(token: string): Position {
  const text = Buffer.from(token, "base64url").toString("utf8");
  const [, milliseconds = "", id = ""] = /^(\d{1,13})\.(.*)$/s.exec(text) ?? [];
  if (milliseconds !== "" && isTenantId(id)) {
    return { createdAt: new Date(Number(milliseconds)), id };
  }
  const message = "page_token must be the next_page_token of an earlier answer";
  throw invalid([{ pointer: "/page_token", message }]);
}
