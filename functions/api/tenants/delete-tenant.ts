/**
 * The endpoint that deletes a tenant.
 *
 * @module
 */
import { commandEndpoint } from "./command-endpoint.ts";

export const deleteTenant = commandEndpoint("delete", {
  method: "DELETE",
  path: "/tenants/{id}",
  summary: "Delete a tenant, its site and its data",
  description: "At once and without a backup. The status is `deleting`, and then 404.",
  message: "The tenant is being deleted.",
});
