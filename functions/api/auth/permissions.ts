/**
 * What a caller may ask for. Pure.
 *
 * @module
 */
import type { EndpointSpec } from "../http/endpoint.ts";
import { Problem } from "../http/problem.ts";
import type { Caller } from "./authenticate.ts";

type Headers = Readonly<Record<string, string | undefined>>;

/** Throws a 403 where the caller may not ask for this, or where it may be another site's page that asks. */
export function requirePermission(
  { name, role, isByCookie }: Caller,
  { method, isForOperators }: Pick<EndpointSpec, "method" | "isForOperators">,
  headers: Headers,
): void {
  const isChange = method !== "GET";
  if (role === "viewer" && isChange) throw new Problem(403, `${name} may only read.`);
  if (role === "viewer" && isForOperators) {
    throw new Problem(403, `${name} may only read, and not what opens a customer's data.`);
  }
  if (isByCookie && isChange && !isFromOwnPage(headers)) {
    throw new Problem(
      403,
      "Whoever signs in at Identity-Aware Proxy can change things only from a page of this API's own origin.",
    );
  }
}

/**
 * Whether it is a page of this origin that asks, or no page at all. A browser sends its session with Identity-Aware Proxy
 * along with what any page asks for, and says by `Sec-Fetch-Site` whose page it is
 * (https://www.w3.org/TR/fetch-metadata/); an old one says `Origin` alone.
 */
function isFromOwnPage(headers: Headers): boolean {
  const site = headers["sec-fetch-site"];
  return site === undefined ? headers["origin"] === undefined : site === "same-origin";
}
