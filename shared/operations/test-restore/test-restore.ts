/**
 * Restores a tenant's newest backup apart, to see that it can be, and drops it again. The site and its visitors notice nothing. Pure.
 *
 * @module
 */
import { isRequestedOfSite, TEST_RESTORE_KIND } from "../../tenant/tenant.ts";
import type { NewestBackup, Tenant } from "../../tenant/tenant.ts";
import { administrator, testedBackup } from "../job-environment.ts";
import type { OperationDefinition, OperationFailure } from "../operation-definition.ts";
import { COMMON, DATABASE, RESTORE } from "../script-parts.ts";

export const testRestore: OperationDefinition<typeof TEST_RESTORE_KIND> = {
  kind: TEST_RESTORE_KIND,
  isNeeded: (tenant) =>
    tenant.status.backup !== null && isRequestedOfSite(tenant, TEST_RESTORE_KIND),
  // Nobody waits for it.
  queueRank: 6,
  maxAttempts: 3,
  // A large site takes hours.
  deadlineSeconds: 15_000,
  secret: "backup-key",
  needsBackups: true,
  statusWhileWorking: () => ({}),
  statusWhenGivenUp: () => ({}),
  ownFailure: { record: failed, read: ({ backup }) => backup?.tests?.failure ?? null },
  verified: passed,
  serviceAccount: "kairos-backup-site",
  containers: [
    {
      // It has the administrator's login, and runs none of the apps' code.
      name: "site",
      script: [...COMMON, ...DATABASE, ...RESTORE, "test-restore/test-restore.sh"],
      limitSeconds: 14_400,
      environment: (source) => [...administrator(source), ...testedBackup(source)],
    },
  ],
};

function passed({ spec, status: { backup, operation } }: Tenant) {
  if (backup === null) return {};
  const at = operation?.slot_at ?? spec.requested_at;
  return { backup: { ...backup, verified_at: at, tests: { passed_at: at, failure: null } } };
}

/** The site is as good as before, so what failed is the backup's. */
function failed(
  { status: { backup } }: Tenant,
  failure: OperationFailure,
  at: Date,
): { backup?: NewestBackup } {
  if (backup === null) return {};
  const { step, reason, message, retryable } = failure;
  const passed_at = backup.tests?.passed_at ?? null;
  const told = { at, backup: backup.id, step, reason, message, retryable };
  return { backup: { ...backup, tests: { passed_at, failure: told } } };
}
