/**
 * The Secrets of a tenant, taken away together.
 *
 * @module
 */
import type { SiteSecret } from "../tenant/names.ts";
import type { Dependencies } from "./run-reconcile.ts";

/** Deletes all Secrets that a tenant may have. True when there was one. */
export async function deleteSecrets(
  tenantId: string,
  { cluster, settings }: Pick<Dependencies, "cluster" | "settings">,
): Promise<boolean> {
  const secrets: SiteSecret[] = ["passwords"];
  if (settings.backupBucket !== null) secrets.push("backup-key");
  let wasThere = false;
  for (const secret of secrets) {
    if (await cluster.deleteSecret(tenantId, secret)) wasThere = true;
  }
  return wasThere;
}
