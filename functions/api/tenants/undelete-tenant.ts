/**
 * The endpoint that takes the deletion of a tenant back.
 *
 * @module
 */
import { commandEndpoint } from "./command-endpoint.ts";

export const undeleteTenant = commandEndpoint("undelete", {
  method: "POST",
  path: "/tenants/{id}/undelete",
  summary: "Take the deletion of a tenant back",
  description:
    "Until `purge_at`, and until the site is dropped. The status is `queued`, then `provisioning`, and then what it was " +
    "before the deletion, `active` or `suspended`; where that fails for good, `failed`, and it can be tried again.",
  message: "The deletion is being taken back.",
});
