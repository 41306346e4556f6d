/**
 * What restores ACME's backup apart, to see that it can be.
 *
 * @module
 */
import { databaseName } from "../../shared/tenant/names.ts";
import { ACME } from "../crash/crash-injection.ts";
import type { Work } from "./site-bench.ts";
import { BACKUP_ID } from "./stored-backup.ts";
import { acmeWith } from "./stored-restore.ts";

/** ACME was created and backed up before. */
export function testOfAcme(generation = 3): Work {
  const backup = {
    id: BACKUP_ID,
    requested_at: new Date(0),
    verified_at: null,
    nightly_at: null,
  };
  const tenant = acmeWith({}, { spec: { generation }, status: { backup } });
  return { kind: "test-restore", tenant, generation };
}

/** The database that such a test makes. */
export function testDatabase(generation = 3): string {
  return `${databaseName(ACME.id)}t${generation}`;
}
