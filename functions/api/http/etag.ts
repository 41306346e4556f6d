/**
 * Answers that name themselves, so that a poller is spared what it knows already
 * (https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2).
 *
 * @module
 */
import { hash } from "node:crypto";
import type { ApiResponse } from "./response.ts";

/**
 * The same answer with its `ETag`, or 304 where the caller knows it. The caller may keep it, but shall
 * ask each time whether it still holds. Express's own `fresh` is of no use here: a browser's `fetch` that is
 * given an `If-None-Match` adds `Cache-Control: no-cache`, for which that always answers in full.
 */
export function withETag(response: ApiResponse, ifNoneMatch: string | undefined): ApiResponse {
  const digest = hash("sha256", JSON.stringify(response.body), "base64url");
  const etag = `"${digest.slice(0, 27)}"`;
  const headers = { ...response.headers, "Cache-Control": "private, no-cache", ETag: etag };
  return isKnown(ifNoneMatch ?? "", etag) ? { status: 304, headers } : { ...response, headers };
}

function isKnown(ifNoneMatch: string, etag: string): boolean {
  const known = ifNoneMatch.split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return known.some((tag) => tag === etag || tag === "*");
}
