/**
 * The headers that every answer bears, whatever it says.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

export const REQUEST_ID_HEADER = "X-Request-ID";

/**
 * An answer is JSON that is shown nowhere, framed nowhere and kept nowhere
 * (https://cheatsheetseries.owasp.org/cheatsheets/REST_Security_Cheat_Sheet.html#security-headers). The
 * documentation's pages say otherwise of themselves.
 */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  "Cache-Control": "no-store",
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "Referrer-Policy": "no-referrer",
  "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
};

/**
 * Which pages may call the API from a browser (https://fetch.spec.whatwg.org/#http-cors-protocol);
 * none when the origin is not allowed or the request not a browser's. Keys are sent as a header, never
 * as a cookie, so no credentials are allowed.
 */
export function corsHeaders(
  { origin, "access-control-request-headers": wanted }: IncomingHttpHeaders,
  allowedOrigins: string[],
): Record<string, string> {
  if (allowedOrigins.includes("*")) return origin === undefined ? {} : allow("*", wanted);
  // Caches must learn that another origin is answered otherwise.
  const vary = { Vary: "Origin" };
  const isAllowed = origin !== undefined && allowedOrigins.includes(origin);
  return isAllowed ? { ...allow(origin, wanted), ...vary } : vary;
}

/** Whatever headers a page wants to send, tracing's among them, do no harm: none is a cookie's. */
function allow(origin: string, wantedHeaders = "Content-Type, X-API-Key"): Record<string, string> {
  return {
    "Access-Control-Allow-Origin": origin,
    "Access-Control-Allow-Methods": "GET, HEAD, POST, PATCH, DELETE",
    "Access-Control-Allow-Headers": wantedHeaders,
    "Access-Control-Expose-Headers":
      "Allow, ETag, Location, Retry-After, WWW-Authenticate, X-Request-ID",
    "Access-Control-Max-Age": "3600",
  };
}

/** The id by which a caller and the logs speak of a request: the caller's own where it is a sane one. */
export function requestId(given: string | string[] | undefined): string {
  return typeof given === "string" && /^[\x21-\x7e]{1,128}$/.test(given) ? given : randomUUID();
}
