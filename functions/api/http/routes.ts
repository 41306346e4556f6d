/**
 * Which endpoint a method and a path call for. Pure.
 *
 * @module
 */
import type { EndpointSpec } from "./endpoint.ts";

interface Route<Id> {
  pattern: RegExp;
  /** The endpoint of each method that the path answers to. */
  methods: Map<string, Id>;
}

export type Match<Id> =
  | { found: "endpoint"; endpoint: Id; parameters: PathParameters }
  | { found: "documentation"; path: string }
  | { found: "console" }
  | { found: "path-only"; allow: string[] }
  | { found: "nothing" };

/** What stands in a path in the places of its template's parameters, by their names. */
export type PathParameters = Readonly<Record<string, string>>;

/** The pages for people, and what they load. */
const PAGES = {
  documentation: /^\/(openapi\.json$|(docs|redoc)($|\/))/,
  console: /^\/console($|\/)/,
} as const;

/** Makes what finds the endpoint for a method and a path, by the endpoints' ids. */
export function createRouter<Id extends string>(
  endpoints: Readonly<Record<Id, Pick<EndpointSpec, "method" | "path">>>,
): (method: string, path: string) => Match<Id> {
  const routes = routesOf(endpoints);
  return (method, path) => {
    const page = pageAt(path);
    if (page === null) return matchRoute(routes, method, path);
    const isRead = method === "GET" || method === "HEAD";
    return isRead ? page : { found: "path-only", allow: ["GET", "HEAD", "OPTIONS"] };
  };
}

function pageAt(path: string) {
  if (PAGES.documentation.test(path)) return { found: "documentation", path } as const;
  return PAGES.console.test(path) ? ({ found: "console" } as const) : null;
}

function routesOf<Id extends string>(
  endpoints: Readonly<Record<Id, Pick<EndpointSpec, "method" | "path">>>,
): Route<Id>[] {
  const ids = Object.keys(endpoints) as Id[];
  return [...Map.groupBy(ids, (id) => endpoints[id].path)].map(([path, some]) => ({
    pattern: new RegExp(`^${path.replaceAll(/\{(\w+)\}/g, "(?<$1>[^/]+)")}$`),
    methods: new Map(some.map((id) => [endpoints[id].method, id])),
  }));
}

/** A trailing slash makes no difference, and HEAD is answered where GET is. */
function matchRoute<Id>(routes: Route<Id>[], method: string, path: string): Match<Id> {
  const trimmed = path.replace(/(?<=[^/])\/$/, "");
  for (const { pattern, methods } of routes) {
    const match = pattern.exec(trimmed);
    if (match === null) continue;
    const endpoint = methods.get(method === "HEAD" ? "GET" : method);
    if (endpoint === undefined) return { found: "path-only", allow: allowed(methods) };
    return { found: "endpoint", endpoint, parameters: { ...match.groups } };
  }
  return { found: "nothing" };
}

function allowed(methods: Route<unknown>["methods"]): string[] {
  return [...methods.keys(), ...(methods.has("GET") ? ["HEAD"] : []), "OPTIONS"];
}
