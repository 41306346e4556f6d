/**
 * Takes the fence before a suspended site away. Pure.
 *
 * @module
 */
import { toSiteState } from "../site-state.ts";

export const resume = toSiteState("resume", "resume/resume.sh", {
  state: "present",
  suspended: false,
  phase: "active",
});
