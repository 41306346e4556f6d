/**
 * What the endpoints of backups have in common.
 *
 * @module
 */
import type { Bucket } from "../../../shared/backups/bucket.ts";
import type { AnswerSpec, ApiDependencies } from "../http/endpoint.ts";
import { Problem, problemSchema } from "../http/problem.ts";

export const NO_SUCH_BACKUP: AnswerSpec = {
  description: "There is no such backup of this tenant.",
  schema: problemSchema,
};

export function noSuchBackup(tenantId: string, backupId: string): Problem {
  return new Problem(404, `There is no backup ${backupId} of tenant ${tenantId}.`);
}

/** The bucket that backups are in. Throws where there are none. */
export function requireBucket({ bucket }: ApiDependencies): Bucket {
  if (bucket) return bucket;
  throw new Problem(409, "Backups are not set up here: BACKUP_BUCKET is not set.");
}
