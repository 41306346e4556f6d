/**
 * Exports of ACME's backup: what asks for one, and what it leaves in the bucket.
 *
 * @module
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseBundle } from "../../shared/backups/export-bundle.ts";
import { ACME } from "../crash/crash-injection.ts";
import type { BucketServer } from "./own-bucket.ts";
import type { Work } from "./site-bench.ts";
import { BACKUP_ID } from "./stored-backup.ts";
import { acmeWith } from "./stored-restore.ts";

/** The generation under which ACME's backup is exported: it was created and backed up before. */
const GENERATION = 3;

/** Below it is all that was exported of the backup. */
export const EXPORTS = `exports/${ACME.id}/${BACKUP_ID}/`;

/** What exports ACME's backup. */
export const EXPORT_OF_ACME: Work = {
  kind: "export",
  tenant: acmeWith(
    {},
    {
      spec: {
        export: { backup: BACKUP_ID },
        requests: { export: "e" },
      },
    },
  ),
  generation: GENERATION,
};

/** The files of the bundle that an attempt has made, by their names; null where there is no whole one. */
export async function bundleIn(
  bucket: BucketServer,
  { generation = GENERATION, attempt = 1 }: Pick<Work, "generation" | "attempt"> = {},
): Promise<Record<string, Buffer> | null> {
  const name = `${EXPORTS}${generation}.${attempt}/bundle.json`;
  if ((await bucket.list(name)).length === 0) return null;
  const files = parseBundle(JSON.parse(String(await bucket.read(name)))) ?? [];
  const read = files.map(async ({ name: file, object, bytes }) => {
    const content = await bucket.read(object);
    if (content.length !== bytes) throw new Error(`${file} has ${content.length} bytes`);
    return [file, content] as const;
  });
  return Object.fromEntries(await Promise.all(read));
}

/** What an archive holds, unpacked as bench does it: the paths below a site, each with its text. */
export function unpacked(archive: Buffer): Record<string, string> {
  const directory = mkdtempSync(join(tmpdir(), "kairos-bundle-"));
  try {
    const file = join(directory, "archive.tar");
    writeFileSync(file, archive);
    execFileSync("tar", ["xf", file, "--strip", "2"], { cwd: directory });
    const files = execFileSync("find", [".", "-type", "f", "-printf", "%P\\0"], { cwd: directory });
    const paths = String(files)
      .split("\0")
      .filter((path) => path !== "" && path !== "archive.tar");
    const textOf = (path: string) => String(execFileSync("cat", [path], { cwd: directory }));
    return Object.fromEntries(paths.toSorted().map((path) => [path, textOf(path)]));
  } finally {
    rmSync(directory, { recursive: true });
  }
}
