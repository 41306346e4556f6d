/**
 * Closes a tenant's site in a deletion that can be taken back: it is behind its fence, visitors are told that it is gone,
 * and all of it is kept. Pure.
 *
 * @module
 */
import type { OperationDefinition } from "../operation-definition.ts";
import { fencing } from "../site-state.ts";

export const retain: OperationDefinition<"retain"> = {
  kind: "retain",
  isNeeded: ({ spec, status: { site } }) =>
    spec.state === "retained" && site !== null && !site.retained,
  queueRank: 1,
  // As with a drop, nobody asks for it twice.
  maxAttempts: null,
  deadlineSeconds: 2400,
  secret: null,
  statusWhileWorking: () => ({ phase: "deleting" }),
  statusWhenGivenUp: () => ({}),
  // Undeleted, the site is opened or suspended anew.
  verified: ({ status: { site } }) => ({
    phase: "deleted",
    site: site && { ...site, suspended: null, retained: true },
  }),
  containers: [fencing("retain/retain.sh")],
};
