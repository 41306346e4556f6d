/**
 * Which endpoint a method and a path call for. Pure.
 *
 * @module
 */
import { ENDPOINT_IDS, specOf } from "../endpoints.ts";
import type { EndpointId } from "../endpoints.ts";

interface Route {
  pattern: RegExp;
  /** The endpoint of each method that the path answers to. */
  methods: Map<string, EndpointId>;
}

export type Match =
  | { found: "endpoint"; endpoint: EndpointId; tenantId: string | null }
  | { found: "documentation"; path: string }
  | { found: "path-only"; allow: string[] }
  | { found: "nothing" };

/** The pages for people, and what they load. */
const DOCUMENTATION = /^\/(openapi\.json$|(docs|redoc)($|\/))/;

const ROUTES = routesOf(ENDPOINT_IDS);

function routesOf(ids: EndpointId[]): Route[] {
  const paths = Map.groupBy(ids, (id) => specOf(id).path);
  return [...paths].map(([path, endpoints]) => ({
    pattern: new RegExp(`^${path.replace("{id}", "([^/]+)")}$`),
    methods: new Map(endpoints.map((id) => [specOf(id).method, id])),
  }));
}

/** A trailing slash makes no difference, and HEAD is answered where GET is. */
export function matchRoute(method: string, path: string): Match {
  if (DOCUMENTATION.test(path)) {
    const isRead = method === "GET" || method === "HEAD";
    return isRead
      ? { found: "documentation", path }
      : { found: "path-only", allow: ["GET", "HEAD", "OPTIONS"] };
  }
  const trimmed = path.replace(/(?<=[^/])\/$/, "");
  for (const { pattern, methods } of ROUTES) {
    const match = pattern.exec(trimmed);
    if (match === null) continue;
    const endpoint = methods.get(method === "HEAD" ? "GET" : method);
    if (endpoint === undefined) return { found: "path-only", allow: allowed(methods) };
    return { found: "endpoint", endpoint, tenantId: match[1] ?? null };
  }
  return { found: "nothing" };
}

function allowed(methods: Route["methods"]): string[] {
  return [...methods.keys(), ...(methods.has("GET") ? ["HEAD"] : []), "OPTIONS"];
}
