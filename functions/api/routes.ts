/**
 * Which operation a method and a path call for. Pure.
 *
 * @module
 */

export type Operation =
  | "readService"
  | "readHealth"
  | "createTenant"
  | "listTenants"
  | "readTenant"
  | "deleteTenant"
  | "readTenantStatus"
  | "retryTenant"
  | "suspendTenant"
  | "resumeTenant";

interface Route {
  pattern: RegExp;
  /** The operation of each method that the path answers to. */
  methods: Record<string, Operation>;
  /** Whether it answers without a key. */
  isOpen: boolean;
}

const ROUTES: Route[] = [
  { pattern: /^\/$/, methods: { GET: "readService" }, isOpen: true },
  { pattern: /^\/health$/, methods: { GET: "readHealth" }, isOpen: true },
  {
    pattern: /^\/tenants$/,
    methods: { POST: "createTenant", GET: "listTenants" },
    isOpen: false,
  },
  ofTenant("", { GET: "readTenant", DELETE: "deleteTenant" }),
  ofTenant("/status", { GET: "readTenantStatus" }),
  ofTenant("/retry", { POST: "retryTenant" }),
  ofTenant("/suspend", { POST: "suspendTenant" }),
  ofTenant("/resume", { POST: "resumeTenant" }),
];

function ofTenant(rest: string, methods: Route["methods"]): Route {
  return { pattern: new RegExp(`^/tenants/([^/]+)${rest}$`), methods, isOpen: false };
}

export type Match =
  | { found: "operation"; operation: Operation; tenantId: string; isOpen: boolean }
  | { found: "path-only"; allow: string[] }
  | { found: "nothing" };

/** A trailing slash makes no difference, and HEAD is answered where GET is. */
export function matchRoute(method: string, path: string): Match {
  const trimmed = path.replace(/(?<=[^/])\/$/, "");
  for (const { pattern, methods, isOpen } of ROUTES) {
    const match = pattern.exec(trimmed);
    if (match === null) continue;
    const operation = methods[method === "HEAD" ? "GET" : method];
    if (operation === undefined) return { found: "path-only", allow: allowed(methods) };
    return { found: "operation", operation, tenantId: match[1] ?? "", isOpen };
  }
  return { found: "nothing" };
}

function allowed(methods: Route["methods"]): string[] {
  return [...Object.keys(methods), ...("GET" in methods ? ["HEAD"] : []), "OPTIONS"];
}
