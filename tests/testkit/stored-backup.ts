/**
 * Backups as a bucket holds them, read by the programs of this machine and not by the project's own.
 *
 * @module
 */
import { execFileSync } from "node:child_process";
import { createHash, createHmac } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, zstdDecompressSync } from "node:zlib";
import * as assert from "uvu/assert";
import { withBackup, withChanges } from "../../shared/tenant/tenant.ts";
import { ACME } from "../crash/crash-injection.ts";
import type { BucketServer } from "./own-bucket.ts";
import { BACKUP_KEY } from "./site-bench.ts";
import type { SiteBench, Work } from "./site-bench.ts";

export const BACKUP_ID = "77777777-2222-4333-8444-555555555555";

/** What backs ACME up, after it was created. */
export const BACKUP_OF_ACME: Work = {
  kind: "backup",
  tenant: withChanges(ACME, {
    spec: withBackup(
      {},
      {
        id: BACKUP_ID,
        kind: "manual",
        requested_at: new Date(0),
        expires_at: new Date("2027-01-31T12:00:00.000Z"),
      },
    ),
  }),
  generation: 2,
};

/** What of a manifest is of interest. */
export interface Manifest {
  format: number;
  tenant: string;
  database: string;
  mariadb: string;
  tables: Record<string, { rows_estimated: number; rows?: number }>;
  parts: {
    name: string;
    bytes: number;
    compression: "zstd" | "gzip";
    plain_bytes: number;
    plain_sha256: string;
    objects: { object: string; bytes: number; sha256: string }[];
  }[];
  hmac_sha256: string;
}

export async function manifestIn(bucket: BucketServer): Promise<Manifest> {
  const text = await bucket.read(`tenants/${ACME.id}/${BACKUP_ID}/manifest.json`);
  return JSON.parse(text.toString()) as Manifest;
}

/** The code that the tenant's key makes of a manifest without one. */
export function codeOf(manifest: object): string {
  const inOrder = execFileSync(
    "python3",
    [
      "-c",
      "import json,sys; print(json.dumps(json.load(sys.stdin), sort_keys=True, separators=(',', ':')), end='')",
    ],
    { input: JSON.stringify(manifest) },
  );
  return createHmac("sha256", Buffer.from(BACKUP_KEY, "hex")).update(inOrder).digest("hex");
}

/** Puts another manifest in its place, as the tenant's key would have made it. */
export async function rewriteManifest(
  bucket: BucketServer,
  change: (manifest: Manifest) => object,
): Promise<void> {
  const { hmac_sha256: _, ...manifest } = await manifestIn(bucket);
  const changed = { ...manifest, ...change(manifest as Manifest) };
  const text = JSON.stringify({ ...changed, hmac_sha256: codeOf(changed) });
  const name = `tenants/${ACME.id}/${BACKUP_ID}/manifest.json`;
  await bucket.write(name, new Uint8Array(Buffer.from(text)));
}

/** The manifest; null where there is none, and so no backup. */
export async function manifestOrNull(bucket: BucketServer): Promise<Manifest | null> {
  const name = `tenants/${ACME.id}/${BACKUP_ID}/manifest.json`;
  const isThere = (await bucket.list(name)).length > 0;
  return isThere ? manifestIn(bucket) : null;
}

/** The environment of an image that has no zstd: what is at its place is none. */
export function withoutZstd(directory: string): Record<string, string> {
  const libraries = join(directory, "scratch", "libraries");
  mkdirSync(libraries, { recursive: true });
  writeFileSync(join(libraries, "libzstd.so.1"), "");
  return { LD_LIBRARY_PATH: libraries };
}

/** Proves that there is a backup, and that each of its parts is whole. Gives the sums of what they were before they were stored. */
export async function wholeBackup(bucket: BucketServer): Promise<string[]> {
  const manifest = await manifestIn(bucket);
  const names = manifest.parts.map(({ name }) => name);
  assert.equal(names, ["database.sql", "files.tar", "site_config.json"]);
  const dump = await plainPart(bucket, manifest, "database.sql");
  assert.ok(dump.toString("latin1").endsWith("-- Dump completed\n"));
  await plainPart(bucket, manifest, "files.tar");
  const config = await plainPart(bucket, manifest, "site_config.json");
  assert.type(
    (JSON.parse(config.toString()) as Record<string, unknown>)["encryption_key"],
    "string",
  );
  return manifest.parts.map(({ plain_sha256 }) => plain_sha256);
}

/** All that is on the bench's volume, but for the mark of the operation that came last. */
export function siteIn(bench: SiteBench): string[] {
  return bench.snapshot().filter((entry) => !/\/(claims|changes)(\/| )/.test(entry));
}

/** What a part of a backup was before it was stored. All sums of the manifest are checked. */
export async function plainPart(
  bucket: Pick<BucketServer, "read">,
  { parts }: Manifest,
  wanted: string,
  key = BACKUP_KEY,
): Promise<Buffer> {
  const part = parts.find(({ name }) => name === wanted);
  if (part === undefined) throw new Error(`there is no part ${wanted}`);
  const pieces = await Promise.all(
    part.objects.map(async ({ object, bytes, sha256 }) => {
      const piece = await bucket.read(object);
      assert.equal([piece.length, sum(piece)], [bytes, sha256]);
      return piece;
    }),
  );
  const stored = Buffer.concat(pieces);
  assert.is(stored.length, part.bytes);
  const decompress = { zstd: zstdDecompressSync, gzip: gunzipSync }[part.compression];
  const plain = decompress(decrypted(stored, key));
  assert.equal([plain.length, sum(plain)], [part.plain_bytes, part.plain_sha256]);
  return plain;
}

function decrypted(stored: Buffer, key: string): Buffer {
  const how = ["enc", "-d", "-aes-256-ctr", "-md", "sha256", "-pbkdf2", "-iter", "10000"];
  const env = { ...process.env, BACKUP_KEY: key };
  const options = { input: stored, env, maxBuffer: 2 ** 30 };
  return execFileSync("openssl", [...how, "-pass", "env:BACKUP_KEY"], options);
}

function sum(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}
