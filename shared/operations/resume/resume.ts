/**
 * Takes the fence before a suspended site away, and has a copy act on the world again. Pure.
 *
 * @module
 */
import { quiet } from "../job-environment.ts";
import { REDIS } from "../script-parts.ts";
import { toSiteState } from "../site-state.ts";

export const resume = toSiteState(
  "resume",
  "resume/resume.sh",
  { state: "present", suspended: false, phase: "active" },
  { parts: REDIS, environment: (source) => [quiet(source)] },
);
