/**
 * The names that derive from a tenant: of its site, its database, its Job. Pure.
 *
 * @module
 */

/** The name of a tenant's site in its bench. It never changes, whatever host names lead to the site. */
export function siteName(tenantId: string): string {
  return `tn${tenantId.replaceAll("-", "")}`;
}

/** The host name of a subdomain. */
export function siteHost(subdomain: string, baseDomain: string): string {
  return `${subdomain}.${baseDomain}`;
}

/** Where a browser finds the site at a host name. */
export function siteUrl(host: string): string {
  return `https://${host}`;
}

/**
 * The name of a tenant's first database and of its only user. Letters and digits only: in a MariaDB
 * GRANT an underscore is a wildcard, and a grant on `t_a` would also read `tXa`.
 */
export function databaseName(tenantId: string): string {
  return siteName(tenantId);
}

/** The main address of a site: the customer's own domain, where there is one. */
export function mainHost(
  { subdomain, domains }: { subdomain: string | null; domains: readonly string[] },
  baseDomain: string,
): string | null {
  return domains[0] ?? (subdomain === null ? null : siteHost(subdomain, baseDomain));
}

const UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
/** The form of a tenant id, for a schema. */
export const TENANT_ID_PATTERN = `^${UUID}$`;
const TENANT_ID = new RegExp(TENANT_ID_PATTERN);
const JOB_NAME = new RegExp(`^site-(${UUID})$`);

/** Whether a text has the form of a tenant id: a UUID in lower case. */
export function isTenantId(text: string): boolean {
  return TENANT_ID.test(text);
}

/** The form of an operation's id, for a schema: the tenant's id, the generation and the attempt. */
export const OPERATION_ID_PATTERN = `^${UUID}\\.(0|[1-9][0-9]{0,15})\\.(0|[1-9][0-9]{0,15})$`;
const OPERATION_ID = new RegExp(OPERATION_ID_PATTERN);

/** Whether a text has the form of an operation's id. */
export function isOperationId(text: string): boolean {
  return OPERATION_ID.test(text);
}

/** What an operation's id says, or null where it is none. */
export function parseOperationId(
  text: string,
): { tenantId: string; generation: number; attempt: number } | null {
  if (!isOperationId(text)) return null;
  const [tenantId = "", generation, attempt] = text.split(".");
  return { tenantId, generation: Number(generation), attempt: Number(attempt) };
}

/** The one Job name, and Secret name, that a tenant has. Holding it is holding the tenant's lock. */
export function jobName(tenantId: string): string {
  return `site-${tenantId}`;
}

/** The Secrets that a tenant may have: the passwords of its site, and the key of its backups. */
export type SiteSecret = "passwords" | "backup-key";

export function secretName(tenantId: string, secret: SiteSecret): string {
  return secret === "passwords" ? jobName(tenantId) : `${jobName(tenantId)}-${secret}`;
}

/** The tenant whose site Job bears this name, or null for any other Job. */
export function tenantOfJob(name: string): string | null {
  return JOB_NAME.exec(name)?.[1] ?? null;
}
