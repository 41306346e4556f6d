/**
 * What may become of ACME's backup while it lies in its bucket, and what whoever reads it says then.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import { ACME } from "../crash/crash-injection.ts";
import type { BucketServer } from "./own-bucket.ts";
import { BACKUP_ID, manifestIn, rewriteManifest } from "./stored-backup.ts";

/** Something that is wrong with a backup. */
export interface Damage {
  sentence: string;
  make: (bucket: BucketServer) => Promise<void>;
  reason: RegExp;
}

/** With which a backup's parts have several objects each, though they are small. */
export const SMALL_OBJECTS = { BACKUP_OBJECT_BYTES: "100" };

const MANIFEST = `tenants/${ACME.id}/${BACKUP_ID}/manifest.json`;
const PARTS = ["database.sql", "files.tar", "site_config.json"];
const POSITIONS = ["first", "middle", "last"] as const;
type Position = (typeof POSITIONS)[number];

/** What is left of a stored object; null for nothing. */
type Change = (whole: Buffer) => Buffer | null;

const CHANGES: [sentence: string, by: Change, reason: RegExp][] = [
  ["is truncated", (whole) => whole.subarray(0, -1), /is damaged$/],
  ["has a bit that is another one", flipped, /is damaged$/],
  ["is missing", () => null, /is missing, or may not be read$/],
  // What another key has encrypted is as good as random.
  ["is another tenant's", (whole) => randomBytes(whole.length), /is damaged$/],
];

/** Each of them in each part, so that each part has it in its first, its middle and its last object, too. */
const OF_OBJECTS: Damage[] = PARTS.flatMap((part, row) =>
  CHANGES.map(([sentence, by, reason], column) => {
    const position = POSITIONS[(row + column) % POSITIONS.length] ?? "first";
    return {
      sentence: `the ${position} object of ${part} ${sentence}`,
      make: (bucket) => damage(bucket, part, by, position),
      reason,
    };
  }),
);

const IN_ALL: Damage[] = [
  {
    sentence: "two objects of database.sql are in each other's place",
    make: exchange,
    reason: /is damaged$/,
  },
  {
    sentence: "the manifest names the objects of files.tar in another order",
    make: (bucket) =>
      rewriteManifest(bucket, ({ parts }) => ({
        parts: parts.map((part) =>
          part.name === "files.tar" ? { ...part, objects: part.objects.toReversed() } : part,
        ),
      })),
    reason: /^files.tar (cannot be decrypted by the tenant's key|is not what was backed up)/,
  },
  {
    sentence: "it is of a newer format",
    make: (bucket) => rewriteManifest(bucket, () => ({ format: 3 })),
    reason: /^the backup is of the format 3, and this version knows 1 to 2$/,
  },
  {
    sentence: "the manifest is another tenant's",
    make: (bucket) =>
      rewriteManifest(bucket, () => ({ tenant: "99999999-2222-4333-8444-555555555555" })),
    reason: /is of another backup$/,
  },
  {
    sentence: "the manifest says something else",
    make: (bucket) =>
      change(bucket, MANIFEST, (whole) =>
        Buffer.from(String(whole).replace('"format": 2', '"format": 1')),
      ),
    reason: /is not one that the tenant's key has made$/,
  },
  {
    sentence: "the manifest is truncated",
    make: (bucket) => change(bucket, MANIFEST, (whole) => whole.subarray(0, -1)),
    reason: /is not one that the tenant's key has made$/,
  },
  {
    sentence: "the manifest is missing",
    make: (bucket) => change(bucket, MANIFEST, () => null),
    reason: /it has no manifest that can be read$/,
  },
];

/** All that may be wrong with a backup of several objects a part. */
export const DAMAGES: Damage[] = [...OF_OBJECTS, ...IN_ALL];

/** Does that to an object of a part. */
async function damage(
  bucket: BucketServer,
  part: string,
  by: Change,
  position: Position,
): Promise<void> {
  const objects = await objectsOf(bucket, part);
  const index = { first: 0, middle: objects.length >> 1, last: objects.length - 1 }[position];
  await change(bucket, objects[index] ?? "", by);
}

/** The first two, which are of one size. */
async function exchange(bucket: BucketServer): Promise<void> {
  const [one = "", other = ""] = await objectsOf(bucket, "database.sql");
  const [first, second] = [await bucket.read(one), await bucket.read(other)];
  await bucket.write(one, new Uint8Array(second));
  await bucket.write(other, new Uint8Array(first));
}

async function objectsOf(bucket: BucketServer, part: string): Promise<string[]> {
  const { parts } = await manifestIn(bucket);
  const { objects = [] } = parts.find(({ name }) => name === part) ?? {};
  return objects.map(({ object }) => object);
}

async function change(bucket: BucketServer, object: string, by: Change): Promise<void> {
  const left = by(await bucket.read(object));
  if (left === null) await bucket.remove(object);
  else await bucket.write(object, new Uint8Array(left));
}

function flipped(whole: Buffer): Buffer {
  const damaged = Buffer.from(whole);
  damaged[damaged.length >> 1] = (damaged[damaged.length >> 1] ?? 0) ^ 1;
  return damaged;
}

/** Remembers a bucket, and gives what brings back what has changed in it, or gone. */
export async function remember(bucket: BucketServer): Promise<() => Promise<void>> {
  const names = (await bucket.list()).map(({ name }) => name);
  const stored = await Promise.all(
    names.map(async (name) => [name, await bucket.read(name)] as const),
  );
  return async () => {
    const now = new Set((await bucket.list()).map(({ name }) => name));
    for (const name of now) if (!names.includes(name)) await bucket.remove(name);
    for (const [name, content] of stored) {
      const isThere = now.has(name) && content.equals(await bucket.read(name));
      if (!isThere) await bucket.write(name, new Uint8Array(content));
    }
  };
}
