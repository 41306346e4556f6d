/**
 * Gives a site what one of its backups holds. It goes on as it is until the new one is whole and proved; then both are swapped, and
 * what it was before is kept for a day. Pure.
 *
 * @module
 */
import { copyFails, copyWorks, isUnfinishedCopy } from "../../tenant/tenant-copy.ts";
import { isRequested, isToGo, RESTORE_KIND } from "../../tenant/tenant.ts";
import { keptOnRestore } from "../../tenant/site-database.ts";
import { afterRestore } from "../../tenant/site-upgrade.ts";
import {
  administrator,
  restoreSource,
  restoreTarget,
  tenantPassword,
  visited,
} from "../job-environment.ts";
import type { OperationDefinition } from "../operation-definition.ts";
import { APP_VERSIONS, COMMON, FENCE, REDIS, RESTORE } from "../script-parts.ts";
import { swapGivenUp } from "../swapped-site.ts";

export const restore: OperationDefinition<typeof RESTORE_KIND> = {
  kind: RESTORE_KIND,
  // Of a suspended site, too: one that was suspended meanwhile.
  isNeeded: (tenant) =>
    !isToGo(tenant) && tenant.status.site !== null && isRequested(tenant, RESTORE_KIND),
  queueRank: 2,
  maxAttempts: 3,
  // A large site takes hours.
  deadlineSeconds: 16_500,
  secret: "backup-key",
  secretOf: ({ spec }) => spec.restore?.tenant ?? null,
  needsBackups: true,
  statusWhileWorking: copyWorks,
  statusWhenGivenUp: (tenant, step) =>
    isUnfinishedCopy(tenant) ? copyFails(tenant) : swapGivenUp(tenant, step),
  verified: (tenant, _settings, reason) => ({
    ...keptOnRestore(tenant),
    ...afterRestore(tenant, reason),
  }),
  serviceAccount: "kairos-backup-site",
  containers: [
    {
      // Nothing here runs any of the apps' code: it has the administrator's login, and may read the bucket.
      name: "database",
      script: [...COMMON, ...FENCE, ...RESTORE, ...APP_VERSIONS, "restore/prepare-restore.sh"],
      limitSeconds: 14_400,
      environment: (source) => [
        ...administrator(source),
        tenantPassword(source),
        ...restoreSource(source),
        ...restoreTarget(source),
      ],
    },
    {
      name: "site",
      script: [...COMMON, ...FENCE, ...REDIS, "restore/swap-restore.sh"],
      limitSeconds: 900,
      environment: (source) => [
        ...administrator(source),
        tenantPassword(source),
        ...restoreTarget(source),
        ...visited(source),
      ],
    },
  ],
};
