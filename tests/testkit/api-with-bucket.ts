/**
 * The API on the emulators, with a real server of Cloud Storage's API for backups.
 *
 * @module
 */
import type { Test } from "uvu";
import * as assert from "uvu/assert";
import type { Tenant } from "../../shared/tenant/tenant.ts";
import { startOwnApi } from "./own-api.ts";
import type { OwnApi } from "./own-api.ts";
import { missingBucketServer, startBucketServer } from "./own-bucket.ts";
import type { BucketServer } from "./own-bucket.ts";
import { skip } from "./parts.ts";
import { siteAt } from "./some-site.ts";
import { ACTIVE, tenantNamed } from "./stored-tenants.ts";
import { withParts } from "./tenant-parts.ts";
import type { TenantParts } from "./tenant-parts.ts";

/** What there is while a test runs; without tenants and objects when it begins. */
export interface ApiWithBucket {
  api: OwnApi;
  bucket: BucketServer;
  /** Stores a tenant with a site that works. */
  tenant: (name: string, more?: TenantParts) => Promise<Tenant>;
  /** The tenant as its record is now. */
  stored: (tenant: Pick<Tenant, "id">) => Promise<Tenant>;
}

/** For each test of a suite, with settings of its own in `env`. Null where this machine has no server for a bucket; then the suite says so, and has no tests. */
export function useApiWithBucket(
  test: Test,
  name: string,
  env: Record<string, string> = {},
): ApiWithBucket | null {
  const missing = missingBucketServer();
  if (missing !== null) {
    skip(test, name, "bucket-server", missing);
    return null;
  }
  const it = {} as ApiWithBucket;
  test.before(async () => {
    it.bucket = await startBucketServer();
    const settings = { BACKUP_BUCKET: it.bucket.name, BACKUP_ENDPOINT: it.bucket.endpoint };
    it.api = await startOwnApi({ ...settings, ...env });
  });
  test.after(async () => {
    await it.api?.stop();
    await it.bucket?.stop();
  });
  test.before.each(async () => {
    await it.api.empty();
    await it.bucket.empty();
  });
  it.tenant = async (named, more = {}) => {
    const site = { status: { ...ACTIVE.status, site: siteAt(named) } };
    const made = withParts(withParts(tenantNamed(named, new Date()), site), more);
    await it.api.store.createTenant(made, null);
    return made;
  };
  it.stored = async ({ id }) => {
    const found = await it.api.store.readTenant(id);
    assert.ok(found);
    return found.record;
  };
  return it;
}
