/**
 * Which pages may call the API from a browser (https://fetch.spec.whatwg.org/#http-cors-protocol).
 * Keys are sent as a header, never as a cookie, so no credentials are allowed.
 *
 * @module
 */

/** The CORS headers for a request from this origin; none when it is not allowed or not a browser's. */
export function corsHeaders(
  origin: string | undefined,
  allowedOrigins: string[],
): Record<string, string> {
  if (origin === undefined) return {};
  const isAny = allowedOrigins.includes("*");
  if (!isAny && !allowedOrigins.includes(origin)) return { Vary: "Origin" };
  return {
    "Access-Control-Allow-Origin": isAny ? "*" : origin,
    "Access-Control-Allow-Methods": "GET, HEAD, POST, DELETE",
    "Access-Control-Allow-Headers": "Content-Type, X-API-Key",
    "Access-Control-Expose-Headers": "Location, Retry-After",
    "Access-Control-Max-Age": "3600",
    Vary: "Origin",
  };
}
