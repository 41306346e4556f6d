/**
 * Makes a bundle of a backup that plain `bench restore` takes: not encrypted, and for a day. Pure.
 *
 * @module
 */
import { exportMade } from "../../tenant/export-command.ts";
import { EXPORT_KIND, isRequestedOfSite } from "../../tenant/tenant.ts";
import { database, exportSource } from "../job-environment.ts";
import type { OperationDefinition } from "../operation-definition.ts";
import { COMMON, EXPORT } from "../script-parts.ts";

export const exportBackup: OperationDefinition<typeof EXPORT_KIND> = {
  kind: EXPORT_KIND,
  isNeeded: (tenant) => isRequestedOfSite(tenant, EXPORT_KIND),
  // Somebody waits for it, but for no site.
  queueRank: 5,
  maxAttempts: 3,
  // A large site takes hours.
  deadlineSeconds: 15_000,
  secret: "backup-key",
  needsBackups: true,
  statusWhileWorking: () => ({}),
  // The site is as good as before.
  statusWhenGivenUp: () => ({}),
  verified: exportMade,
  serviceAccount: "kairos-backup-site",
  containers: [
    {
      // It has the bucket and the backup's key, and no login to any database: after a failure it looks whether that answers.
      name: "bundle",
      script: [...COMMON, ...EXPORT, "export/export.sh"],
      limitSeconds: 14_400,
      environment: (source) => [...database(source), ...exportSource(source)],
    },
  ],
};
