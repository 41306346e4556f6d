/**
 * The bucket of the tenants' backups, as far as the control plane needs it: it looks at backups and their exports, removes them, and
 * lets others fetch an export. Only site Jobs make them.
 *
 * https://docs.cloud.google.com/storage/docs/json_api/v1
 *
 * @module
 */
import { createCaller, googleCredentials } from "../platform/google-rest.ts";
import type { GoogleCredentials } from "../platform/google-rest.ts";
import { backupPrefix, manifestName } from "./backup-record.ts";
import { backupExportsPrefix, bundleName, tenantExportsPrefix } from "./export-bundle.ts";
import { unsignedUrl } from "./signed-url.ts";
import { googleSigner } from "./url-signer.ts";
import type { UrlSigner } from "./url-signer.ts";

/** Where Google's own is. */
export const CLOUD_STORAGE = "https://storage.googleapis.com";

export interface BucketSettings {
  /** The bucket's name. */
  bucket: string;
  /** Where its server answers. */
  endpoint: string;
}

/** How many objects are removed at the same time. */
const AT_ONCE = 16;

export type Bucket = ReturnType<typeof openBucket>;

/** Opens it. Every method may throw an `AdapterError`. */
export function openBucket(
  { bucket, endpoint }: BucketSettings,
  credentials: GoogleCredentials = googleCredentials(endpoint === CLOUD_STORAGE),
  signer: UrlSigner | null = endpoint === CLOUD_STORAGE ? googleSigner() : null,
) {
  const call = createCaller("bucket", "Cloud Storage", credentials);
  const objects = `${endpoint}/storage/v1/b/${bucket}/o`;

  /** The names of the objects that begin so, a page at a time. */
  async function* list(prefix: string): AsyncGenerator<string[]> {
    const fields = "items(name),nextPageToken";
    let pageToken: string | undefined;
    do {
      const params = { prefix, fields, ...(pageToken !== undefined && { pageToken }) };
      const answer = await call({ url: objects, method: "GET", params }, null);
      const page = (answer?.data ?? {}) as { items?: { name: string }[]; nextPageToken?: string };
      yield (page.items ?? []).map(({ name }) => name);
      pageToken = page.nextPageToken;
    } while (pageToken !== undefined && pageToken !== "");
  }

  /** One that is gone already is as good. */
  async function remove(name: string): Promise<void> {
    await call({ url: `${objects}/${encodeURIComponent(name)}`, method: "DELETE" }, 404);
  }

  async function removeAll(prefix: string): Promise<void> {
    for await (const names of list(prefix)) {
      for (let first = 0; first < names.length; first += AT_ONCE) {
        await Promise.all(names.slice(first, first + AT_ONCE).map(remove));
      }
    }
  }

  /** Removes a backup: first its manifest, without which it is none, then its parts, and what was exported of it. */
  async function removeBackup(tenantId: string, backupId: string): Promise<void> {
    await remove(manifestName(tenantId, backupId));
    await removeAll(backupPrefix(tenantId, backupId));
    await removeAll(backupExportsPrefix(tenantId, backupId));
  }

  /** Removes what was exported of any of a tenant's backups. */
  async function removeExports(tenantId: string): Promise<void> {
    await removeAll(tenantExportsPrefix(tenantId));
  }

  async function read(name: string): Promise<unknown> {
    const url = `${objects}/${encodeURIComponent(name)}`;
    const answer = await call({ url, method: "GET", params: { alt: "media" } }, 404);
    return answer?.data ?? null;
  }

  /** What a backup's manifest says; null where there is none. */
  async function readManifest(tenantId: string, backupId: string): Promise<unknown> {
    return read(manifestName(tenantId, backupId));
  }

  /** What an export says of its files; null where there is none. */
  async function readBundle(tenantId: string, backupId: string, folder: string): Promise<unknown> {
    return read(bundleName(tenantId, backupId, folder));
  }

  /** Where whoever has the URL may fetch an object, for so many seconds from now on. Elsewhere than at Google nobody signs it. */
  async function linkTo(object: string, now: Date, seconds: number): Promise<string> {
    if (signer === null) {
      return `${endpoint}/download/storage/v1/b/${bucket}/o/${encodeURIComponent(object)}?alt=media`;
    }
    const email = await signer.email();
    const { toSign, withSignature } = unsignedUrl({ bucket, object, email, now, seconds });
    return withSignature(await signer.sign(toSign));
  }

  return { removeBackup, removeExports, readManifest, readBundle, linkTo };
}
