/** Backups as the API shows them, on the official emulators and a server of Cloud Storage's API: nobody reconciles. */
import { randomUUID } from "node:crypto";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { BackupRecord } from "../../shared/backups/backup-record.ts";
import { addSeconds } from "../../shared/tenant/tenant.ts";
import type { Tenant } from "../../shared/tenant/tenant.ts";
import { startBucketServer } from "../testkit/own-bucket.ts";
import { tenantNamed } from "../testkit/stored-tenants.ts";
import { someBackup } from "../testkit/some-backup.ts";
import { useApiWithBucket } from "../testkit/api-with-bucket.ts";
import type { ApiWithBucket } from "../testkit/api-with-bucket.ts";

const test = suite("the API of backups");

const NOW = new Date();

const ground = useApiWithBucket(test, "backups");
if (ground !== null) addTests(ground);
test.run();

function addTests(at: ApiWithBucket): void {
  const { tenant, stored } = at;

  /** A backup that is whole, asked for so many hours ago. */
  async function storedBackup(of: Tenant, hours: number, more: Partial<BackupRecord> = {}) {
    const id = randomUUID();
    const created_at = addSeconds(NOW, -hours * 3600);
    await at.api.client.doc(`backups/${id}`).set(someBackup(of.id, created_at, more));
    for (const part of ["1/database.sql.0", "1/files.tar.0", "manifest.json"]) {
      await at.bucket.write(`tenants/${of.id}/${id}/${part}`, Buffer.from(part));
    }
    return id;
  }

  test("one that is asked for is pending, kept for 30 days, and in the list", async () => {
    const acme = await tenant("acme");
    const asked = await at.api.call("POST", `/tenants/${acme.id}/backups`);
    assert.equal([asked.status, asked.body["status"]], [202, "active"]);
    const id = String(asked.body["backup"]);
    const shown = await at.api.call("GET", `/tenants/${acme.id}/backups/${id}`);
    assert.is(shown.headers.get("Retry-After"), "5");
    const { created_at, expires_at, ...rest } = shown.body;
    assert.equal(rest, {
      id,
      tenant_id: acme.id,
      kind: "manual",
      state: "pending",
      requested_by: "key:testbed",
      ended_at: null,
      bytes: null,
      reason: null,
      message: null,
      manifest: null,
      verified_at: null,
    });
    const days = (Date.parse(String(expires_at)) - Date.parse(String(created_at))) / 86_400_000;
    assert.is(days, 30);
    const list = await at.api.call("GET", `/tenants/${acme.id}/backups`);
    assert.equal(list.body, { backups: [shown.body] });
    const { spec } = await stored(acme);
    assert.equal([spec.requests["backup"], spec.generation], [id, 2]);
  });

  test("a repeated request is answered with the same backup, and a second one waits for the first", async () => {
    const acme = await tenant("acme");
    const headers = { "Idempotency-Key": "k1" };
    const first = await at.api.call("POST", `/tenants/${acme.id}/backups`, { headers });
    const again = await at.api.call("POST", `/tenants/${acme.id}/backups`, { headers });
    assert.equal([again.status, again.body], [202, first.body]);
    const second = await at.api.call("POST", `/tenants/${acme.id}/backups`);
    assert.is(second.status, 409);
    assert.match(String(second.body["error"]), "A backup of the tenant is being made.");
  });

  for (const [sentence, parts, why] of [
    ["that has no site", { status: { site: null } }, "has no site yet"],
    [
      "to whose site something is done",
      { spec: { generation: 2 } },
      "Something else is being done",
    ],
    ["that is being deleted", { spec: { state: "absent" } }, "is being deleted"],
  ] as const) {
    test(`a tenant ${sentence} is not backed up, and nothing is recorded`, async () => {
      const acme = await tenant("acme", parts);
      const { status, body } = await at.api.call("POST", `/tenants/${acme.id}/backups`);
      assert.is(status, 409);
      assert.match(String(body["error"]), why);
      assert.ok((await at.api.client.collection("backups").get()).empty);
    });
  }

  test("the list has the newest first, and outlives the tenant", async () => {
    const gone = tenantNamed("gone", NOW);
    const ids = [
      await storedBackup(gone, 48),
      await storedBackup(gone, 1),
      await storedBackup(gone, 24),
    ];
    const other = await tenant("other");
    await storedBackup(other, 2);
    const { body } = await at.api.call("GET", `/tenants/${gone.id}/backups`);
    const backups = body["backups"] as { id: string; manifest: string }[];
    assert.equal(
      backups.map(({ id }) => id),
      [ids[1], ids[2], ids[0]],
    );
    assert.is(
      backups[0]?.manifest,
      `gs://${at.bucket.name}/tenants/${gone.id}/${ids[1]}/manifest.json`,
    );
    const nobody = await at.api.call("GET", `/tenants/${randomUUID()}/backups`);
    assert.is(nobody.status, 404);
  });

  test("one that is deleted leaves nothing in the bucket, and others stay", async () => {
    const acme = await tenant("acme");
    const [old, kept] = [await storedBackup(acme, 48), await storedBackup(acme, 24)];
    const headers = { "Idempotency-Key": "k2" };
    const { status } = await at.api.call("DELETE", `/tenants/${acme.id}/backups/${old}`, {
      headers,
    });
    assert.is(status, 200);
    const left = (await at.bucket.list()).map(({ name }) => name);
    assert.is(left.length, 3);
    assert.ok(left.every((name) => name.startsWith(`tenants/${acme.id}/${kept}/`)));
    assert.is((await at.api.call("GET", `/tenants/${acme.id}/backups/${old}`)).status, 404);
    const again = await at.api.call("DELETE", `/tenants/${acme.id}/backups/${old}`, { headers });
    assert.is(again.status, 200);
    assert.is((await at.api.call("DELETE", `/tenants/${acme.id}/backups/${old}`)).status, 404);
  });

  test("who loses the newest one has the next newest that is whole, and then none", async () => {
    const acme = await tenant("acme");
    const old = await storedBackup(acme, 48);
    await storedBackup(acme, 36, { state: "failed" });
    const newest = await storedBackup(acme, 24);
    const nightly_at = addSeconds(NOW, -24 * 3600);
    const backup = { id: newest, requested_at: nightly_at, verified_at: null, nightly_at };
    await at.api.client.doc(`tenants/${acme.id}`).update({ "status.backup": backup });
    await at.api.call("DELETE", `/tenants/${acme.id}/backups/${newest}`);
    assert.equal((await stored(acme)).status.backup, {
      id: old,
      requested_at: addSeconds(NOW, -48 * 3600),
      verified_at: null,
      nightly_at,
    });
    await at.api.call("DELETE", `/tenants/${acme.id}/backups/${old}`);
    assert.is((await stored(acme)).status.backup, null);
  });

  test("neither one that is being made nor another tenant's is deleted", async () => {
    const [acme, other] = [await tenant("acme"), await tenant("other")];
    const pending = await storedBackup(acme, 1, { state: "pending" });
    const { status } = await at.api.call("DELETE", `/tenants/${acme.id}/backups/${pending}`);
    assert.is(status, 409);
    const theirs = await at.api.call("DELETE", `/tenants/${other.id}/backups/${pending}`);
    assert.is(theirs.status, 404);
    assert.is((await at.bucket.list()).length, 3);
  });

  test("a bucket that does not answer leaves the record, and it is tried again", async () => {
    const acme = await tenant("acme");
    const id = await storedBackup(acme, 1);
    await at.bucket.stop();
    const { status } = await at.api.call("DELETE", `/tenants/${acme.id}/backups/${id}`);
    assert.is(status, 503);
    const left = await at.api.client.doc(`backups/${id}`).get();
    // Nobody is to count on what may be half there.
    assert.equal([left.get("state"), left.get("reason")], ["failed", "Deleted"]);
    at.bucket = await startBucketServer();
  });
}
