/**
 * The endpoint that suspends a tenant.
 *
 * @module
 */
import { commandEndpoint } from "./command-endpoint.ts";

export const suspendTenant = commandEndpoint("suspend", {
  method: "POST",
  path: "/tenants/{id}/suspend",
  summary: "Put the tenant's site into maintenance mode",
  message: "The tenant is being suspended.",
});
