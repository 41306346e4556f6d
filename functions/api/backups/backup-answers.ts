/**
 * What the endpoints of backups have in common.
 *
 * @module
 */
import type { Bucket } from "../../../shared/backups/bucket.ts";
import type { ShownBackup } from "../../../shared/backups/shown-backup.ts";
import type { AnswerSpec, ApiDependencies, Call } from "../http/endpoint.ts";
import { Problem, problemSchema } from "../http/problem.ts";

export const NO_SUCH_BACKUP: AnswerSpec = {
  description: "There is no such backup of this tenant.",
  schema: problemSchema,
};

/** Of a command that needs a backup that is whole. */
export const GOOD_BACKUP_ANSWERS = {
  404: {
    description: "There is no such tenant, or no such backup of it.",
    schema: problemSchema,
  },
  409: {
    description:
      "The backup is not whole, or its time is over, something else is being done to the site, or there are no backups here; `error` says which.",
    schema: problemSchema,
  },
} as const satisfies Record<number, AnswerSpec>;

export function noSuchBackup(tenantId: string, backupId: string): Problem {
  return new Problem(404, `There is no backup ${backupId} of tenant ${tenantId}.`);
}

/** The bucket that backups are in. Throws where there are none. */
export function requireBucket({ bucket }: ApiDependencies): Bucket {
  if (bucket) return bucket;
  throw new Problem(409, "Backups are not set up here: BACKUP_BUCKET is not set.");
}

/** A backup of the tenant's that is whole. Throws where it is none. */
export async function goodBackup(
  id: string,
  { tenantId }: Pick<Call, "tenantId">,
  { store }: ApiDependencies,
): Promise<ShownBackup> {
  const backup = await store.readBackup(id);
  if (backup?.tenant_id !== tenantId) throw noSuchBackup(tenantId, id);
  requireWhole(backup);
  return backup;
}

/** Throws where a backup is none yet, will never be one, or is one no longer. */
export function requireWhole({
  state,
  expires_at,
}: Pick<ShownBackup, "state" | "expires_at">): void {
  if (state === "pending") throw new Problem(409, "The backup is being made.");
  if (state !== "succeeded") throw new Problem(409, "The backup has failed: there is none.");
  if (expires_at !== null && expires_at <= new Date()) {
    throw new Problem(409, "The backup's time is over: it may be gone at any moment.");
  }
}
