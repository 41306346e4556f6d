/**
 * The backup that a new tenant's site is to be made of.
 *
 * @module
 */
import type { StoredAnswer } from "../../../shared/tenant/repeated-request.ts";
import type { CopySource } from "../../../shared/tenant/tenant-copy.ts";
import { requireBucket, requireWhole } from "../backups/backup-answers.ts";
import type { ApiDependencies, Call } from "../http/endpoint.ts";
import { Problem } from "../http/problem.ts";
import { keyReused } from "./tenant-answers.ts";

/** What of the body tells of it. */
interface AskedCopy {
  from_backup?: string | null;
  login_link?: boolean;
}

/** Null where the site is to be a new one. `replayed`: the request was answered before, whatever has become of the backup. */
export type FoundSource =
  | { outcome: "found"; source: CopySource | null }
  | { outcome: "replayed"; answer: StoredAnswer };

/** Throws where there is no such backup, or none that a site can be made of. Whose it is makes no difference. */
export async function findCopySource(
  { from_backup: id = null, login_link = false }: AskedCopy,
  { identity }: Pick<Call, "identity">,
  dependencies: ApiDependencies,
): Promise<FoundSource> {
  if (id === null) return { outcome: "found", source: null };
  requireBucket(dependencies);
  // Its users are the backup's, and whether the customer is one of them nobody knows before.
  if (login_link) throw wrongField("login_link", "must not be true together with from_backup");
  const request = identity && { ...identity, now: new Date() };
  const basis = await dependencies.store.readBackupForCommand(id, request);
  if (basis.outcome === "key-reused") throw keyReused();
  if (basis.outcome === "replayed") return basis;
  const { backup } = basis;
  if (backup === null) throw wrongField("from_backup", "must be the id of a backup that is there");
  requireWhole(backup);
  return { outcome: "found", source: { backup: id, tenant: backup.tenant_id } };
}

function wrongField(field: string, what: string): Problem {
  const message = `${field} ${what}`;
  return new Problem(422, `${message}.`, { errors: [{ pointer: `/${field}`, message }] });
}
