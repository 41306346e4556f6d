/**
 * The orders in which tenants are listed. Pure.
 *
 * @module
 */

/** By what; with a minus before it, the greatest first. */
export const TENANT_ORDERS = ["-created_at", "created_at", "subdomain"] as const;
export type TenantOrder = (typeof TENANT_ORDERS)[number];
