/**
 * Takes a restore back, as long as what the site was before is kept. Pure.
 *
 * @module
 */
import { isRequestedOfSite, UNDO_RESTORE_KIND } from "../../tenant/tenant.ts";
import { isLeftUnmigrated } from "../../tenant/site-upgrade.ts";
import { isUnfinishedCopy } from "../../tenant/tenant-copy.ts";
import { keptOnUndo, newestKept } from "../../tenant/site-database.ts";
import {
  administrator,
  plain,
  quiet,
  siteIsOpen,
  tenantPassword,
  visited,
} from "../job-environment.ts";
import type { OperationDefinition } from "../operation-definition.ts";
import { COMMON, FENCE, REDIS } from "../script-parts.ts";
import { swapGivenUp } from "../swapped-site.ts";

export const undoRestore: OperationDefinition<typeof UNDO_RESTORE_KIND> = {
  kind: UNDO_RESTORE_KIND,
  isNeeded: (tenant) =>
    newestKept(tenant) !== null &&
    (isRequestedOfSite(tenant, UNDO_RESTORE_KIND) ||
      (isLeftUnmigrated(tenant) && !isUnfinishedCopy(tenant))),
  queueRank: 1,
  maxAttempts: 3,
  deadlineSeconds: 2400,
  secret: null,
  statusWhileWorking: () => ({}),
  statusWhenGivenUp: swapGivenUp,
  // What could not be migrated works with no image that there is.
  verified: (tenant) => keptOnUndo(tenant, isLeftUnmigrated(tenant)),
  containers: [
    {
      name: "site",
      script: [...COMMON, ...FENCE, ...REDIS, "undo-restore/undo-restore.sh"],
      limitSeconds: 900,
      environment: (source) => [
        ...administrator(source),
        tenantPassword(source),
        plain("KEPT_DATABASE", newestKept(source.tenant)?.database ?? ""),
        siteIsOpen(source),
        quiet(source),
        ...visited(source),
      ],
    },
  ],
};
