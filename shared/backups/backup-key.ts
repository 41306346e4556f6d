/**
 * The key of a tenant's backups. It is derived from two things that are kept apart: a secret of the whole installation, in Secret
 * Manager, and the tenant's own salt, in Firestore. Without either nobody can read a backup. So those of a tenant whose salt is
 * deleted are gone, wherever there are copies, once no copy of Firestore has the salt any more. Pure.
 *
 * @module
 */
import { hkdfSync } from "node:crypto";

/** The tenant's key, 256 bits in hex. `secret` is in hex, too. */
export function backupKey(secret: string, salt: string, tenantId: string): string {
  const key = hkdfSync(
    "sha256",
    Buffer.from(secret, "hex"),
    Buffer.from(salt, "hex"),
    tenantId,
    32,
  );
  return Buffer.from(key).toString("hex");
}
