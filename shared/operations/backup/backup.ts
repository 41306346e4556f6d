/**
 * Makes a backup of a tenant's site: its database, its files and its configuration, encrypted with a key of the tenant's
 * own. Pure.
 *
 * @module
 */
import { nextLook } from "../../backups/schedule.ts";
import {
  BACKUP_KIND,
  isRequested,
  requestDone,
  siteOf,
  UPGRADE_KIND,
} from "../../tenant/tenant.ts";
import type { BackupRequest, NewestBackup } from "../../tenant/tenant.ts";
import { administrator, backupTarget, plain } from "../job-environment.ts";
import type { OperationDefinition } from "../operation-definition.ts";
import { BACKUP, COMMON, DATABASE } from "../script-parts.ts";

/** As whom its Job runs in the cluster: it may make objects in the bucket, and read them. */
const SERVICE_ACCOUNT = "kairos-backup-site";

export const backup: OperationDefinition<typeof BACKUP_KIND> = {
  kind: BACKUP_KIND,
  // Of a suspended site, too, and of one that is kept for a while after its deletion.
  isNeeded: (tenant) =>
    tenant.spec.state !== "absent" && siteOf(tenant) !== null && isRequested(tenant, BACKUP_KIND),
  // Whoever waits for a site comes first.
  queueRank: 5,
  maxAttempts: 3,
  // A large site takes hours.
  deadlineSeconds: 15_000,
  secret: "backup-key",
  needsBackups: true,
  statusWhileWorking: () => ({}),
  // The site is as good as before. What was to come after it does not come without it.
  statusWhenGivenUp: (tenant) => ({
    ...requestDone(tenant, BACKUP_KIND, UPGRADE_KIND),
    next_backup_at: nextLook(tenant),
  }),
  verified: ({ spec, status }) => ({ backup: spec.backup && newest(spec.backup, status.backup) }),
  serviceAccount: SERVICE_ACCOUNT,
  containers: [
    {
      // It has the administrator's login, so that a suspended site can be backed up, and runs none of the apps' code.
      name: "site",
      script: [...COMMON, ...DATABASE, ...BACKUP, "backup/backup.sh"],
      limitSeconds: 14_400,
      environment: (source) => [
        ...administrator(source),
        plain("IMAGE", source.bench.image),
        ...backupTarget(source),
      ],
    },
  ],
};

function newest(made: BackupRequest, before: NewestBackup | null): NewestBackup {
  const { id, kind, requested_at } = made;
  const nightly_at = kind === "nightly" ? requested_at : (before?.nightly_at ?? null);
  const tests = before?.tests;
  return { id, requested_at, verified_at: null, nightly_at, ...(tests && { tests }) };
}
