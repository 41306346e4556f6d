/**
 * The endpoint that resumes a tenant.
 *
 * @module
 */
import { commandEndpoint } from "./command-endpoint.ts";

export const resumeTenant = commandEndpoint("resume", {
  method: "POST",
  path: "/tenants/{id}/resume",
  summary: "Take the tenant's site out of maintenance mode",
  message: "The tenant is being resumed.",
});
