/**
 * The endpoint that tries again what has failed of a tenant.
 *
 * @module
 */
import { commandEndpoint } from "./command-endpoint.ts";

export const retryTenant = commandEndpoint("retry", {
  method: "POST",
  path: "/tenants/{id}/retry",
  summary: "Try once more what has failed",
  description: "After a failed creation, suspension or resumption.",
  message: "The tenant is tried again.",
});
