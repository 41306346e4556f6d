/**
 * Puts a tenant's site behind its fence: nobody reaches its database, and visitors get an error. Pure.
 *
 * @module
 */
import { toSiteState } from "../site-state.ts";

export const suspend = toSiteState("suspend", "suspend/suspend.sh", {
  state: "suspended",
  suspended: true,
  phase: "suspended",
});
