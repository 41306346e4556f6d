/**
 * Removes a tenant's site, its database and all that belongs to them. Pure.
 *
 * @module
 */
import { databaseName } from "../../tenant/names.ts";
import { isDeleted } from "../../tenant/tenant.ts";
import { administrator } from "../job-environment.ts";
import type { OperationDefinition } from "../operation-definition.ts";
import { COMMON, DATABASE, HOSTS, REDIS } from "../script-parts.ts";

export const drop: OperationDefinition<"drop"> = {
  kind: "drop",
  isNeeded: ({ spec, status }) => spec.state === "absent" && !status.removed,
  // It makes room, and nobody asks for it twice.
  queueRank: 0,
  maxAttempts: null,
  deadlineSeconds: 2400,
  secret: null,
  // Who is gone for callers stays so while the site that was kept is dropped.
  statusWhileWorking: (tenant) => ({ phase: isDeleted(tenant) ? "deleted" : "deleting" }),
  statusWhenGivenUp: () => ({}),
  verified: () => ({ site: null, removed: true }),
  containers: [
    {
      name: "site",
      script: [...COMMON, ...DATABASE, ...REDIS, ...HOSTS, "drop/drop.sh"],
      limitSeconds: 1500,
      // The first one. The script finds all others by its name, whichever is current.
      environment: (source) => administrator(source, databaseName(source.tenant.id)),
    },
  ],
};
