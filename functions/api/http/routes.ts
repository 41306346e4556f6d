/**
 * Which operation a method and a path call for. Pure.
 *
 * @module
 */
import { OPERATION_IDS, specOf } from "../endpoints.ts";
import type { OperationId } from "../endpoints.ts";

interface Route {
  pattern: RegExp;
  /** The operation of each method that the path answers to. */
  methods: Map<string, OperationId>;
}

export type Match =
  | { found: "operation"; operation: OperationId; tenantId: string | null }
  | { found: "documentation"; path: string }
  | { found: "path-only"; allow: string[] }
  | { found: "nothing" };

/** The pages for people, and what they load. */
const DOCUMENTATION = /^\/(openapi\.json$|(docs|redoc)($|\/))/;

const ROUTES = routesOf(OPERATION_IDS);

function routesOf(ids: OperationId[]): Route[] {
  const paths = Map.groupBy(ids, (id) => specOf(id).path);
  return [...paths].map(([path, operations]) => ({
    pattern: new RegExp(`^${path.replace("{id}", "([^/]+)")}$`),
    methods: new Map(operations.map((id) => [specOf(id).method, id])),
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
    const operation = methods.get(method === "HEAD" ? "GET" : method);
    if (operation === undefined) return { found: "path-only", allow: allowed(methods) };
    return { found: "operation", operation, tenantId: match[1] ?? null };
  }
  return { found: "nothing" };
}

function allowed(methods: Route["methods"]): string[] {
  return [...methods.keys(), ...(methods.has("GET") ? ["HEAD"] : []), "OPTIONS"];
}
