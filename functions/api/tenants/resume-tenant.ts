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
  description:
    "Of a tenant that is `quiet`, it ends that, too: its mail accounts, webhooks and scheduled jobs are as they were in the backup.",
  message: "The tenant is being resumed.",
});
