/**
 * What restores ACME's backup apart, to see that it can be.
 *
 * @module
 */
import { databaseName } from "../../shared/tenant/names.ts";
import { ACME } from "../crash/crash-injection.ts";
import type { BucketServer } from "./own-bucket.ts";
import type { Work } from "./site-bench.ts";
import { BACKUP_ID, manifestIn } from "./stored-backup.ts";
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

/** How a stored object of a part is damaged, and the reason that a test gives then. */
export const DAMAGES = [
  ["truncated", (whole: Buffer) => whole.subarray(0, -1), /is damaged$/],
  ["flipped in one bit", flipped, /is damaged$/],
  ["missing", () => null, /is missing, or may not be read$/],
] as const;

function flipped(whole: Buffer): Buffer {
  const damaged = Buffer.from(whole);
  damaged[damaged.length >> 1] = (damaged[damaged.length >> 1] ?? 0) ^ 1;
  return damaged;
}

/** Does that to the first object of a part of ACME's backup. */
export async function damage(
  bucket: BucketServer,
  part: string,
  by: (whole: Buffer) => Buffer | null,
): Promise<void> {
  const { parts } = await manifestIn(bucket);
  const name = parts.find((one) => one.name === part)?.objects[0]?.object;
  if (name === undefined) throw new Error(`there is no part ${part}`);
  const left = by(await bucket.read(name));
  const url = `${bucket.endpoint}/storage/v1/b/${bucket.name}/o/${encodeURIComponent(name)}`;
  if (left === null) await fetch(url, { method: "DELETE" });
  else await bucket.write(name, new Uint8Array(left));
}
