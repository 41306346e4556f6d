/** Exports as the API takes and shows them, on the official emulators and a server of Cloud Storage's API: nobody reconciles. */
import { randomUUID } from "node:crypto";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { BackupRecord } from "../../shared/backups/backup-record.ts";
import { addSeconds } from "../../shared/tenant/tenant.ts";
import type { NewestExport } from "../../shared/tenant/tenant.ts";
import { someBackup } from "../testkit/some-backup.ts";
import { useApiWithBucket } from "../testkit/api-with-bucket.ts";
import type { ApiWithBucket } from "../testkit/api-with-bucket.ts";

const test = suite("the API of exports");

const NOW = new Date();

const ground = useApiWithBucket(test, "exports in the API");
if (ground !== null) addTests(ground);
test.run();

function addTests(at: ApiWithBucket): void {
  const { tenant } = at;

  async function storedBackup(tenant_id: string, state: BackupRecord["state"] = "succeeded") {
    const id = randomUUID();
    await at.api.client.doc(`backups/${id}`).set(someBackup(tenant_id, NOW, { state }));
    return id;
  }

  /** A tenant whose backup was exported, in the bucket too. */
  async function exported(name: string, expires_at: Date) {
    const made = await tenant(name);
    const backup = await storedBackup(made.id);
    const bundle: NewestExport = { request: "e", backup, folder: "2.1", expires_at };
    await at.api.client.doc(`tenants/${made.id}`).update({
      "spec.export": { backup },
      "spec.requests.export": "e",
      "status.done.export": "e",
      "status.export": bundle,
    });
    const folder = `exports/${made.id}/${backup}/2.1`;
    const object = `${folder}/pod/database.sql.gz`;
    const files = [{ name: "database.sql.gz", object, bytes: 8 }];
    await at.bucket.write(object, new Uint8Array(Buffer.from("the dump")));
    await at.bucket.write(
      `${folder}/bundle.json`,
      new Uint8Array(Buffer.from(JSON.stringify({ files }))),
      "application/json",
    );
    return { id: made.id, backup, path: `/tenants/${made.id}/backups/${backup}` };
  }

  test("one is asked for once, and is pending", async () => {
    const { id } = await tenant("acme");
    const backup = await storedBackup(id);
    const path = `/tenants/${id}/backups/${backup}`;
    assert.is((await at.api.call("GET", `${path}/export`)).status, 404);
    const asked = { headers: { "Idempotency-Key": "k1" } };
    const { status, body, headers } = await at.api.call("POST", `${path}/export`, asked);
    assert.equal([status, body["status"]], [202, "active"]);
    assert.is(headers.get("Location"), `/tenants/${id}/operations/${id}.2.1`);
    assert.equal((await at.api.call("POST", `${path}/export`, asked)).body, body);
    const again = await at.api.call("POST", `${path}/export`);
    assert.equal([again.status, again.body["message"]], [202, "Already requested."]);
    const shown = await at.api.call("GET", `${path}/export`);
    assert.equal(shown.body, {
      backup,
      tenant_id: id,
      state: "pending",
      expires_at: null,
      files: [],
    });
    assert.is(shown.headers.get("Retry-After"), "5");
    const deleted = await at.api.call("DELETE", path);
    assert.equal([deleted.status, deleted.body["error"]], [409, "The backup is being exported."]);
  });

  test("each file of one that is ready is fetched by its URL alone", async () => {
    const expires_at = addSeconds(NOW, 3600);
    const { path } = await exported("acme", expires_at);
    const { status, body, headers } = await at.api.call("GET", `${path}/export`);
    assert.equal([status, headers.get("Retry-After")], [200, null]);
    assert.equal([body["state"], body["expires_at"]], ["ready", expires_at.toISOString()]);
    const [file] = body["files"] as { name: string; bytes: number; url: string }[];
    assert.equal([file?.name, file?.bytes], ["database.sql.gz", 8]);
    assert.is(await (await fetch(file?.url ?? "")).text(), "the dump");
  });

  test("one whose time is over has no URL any more", async () => {
    const { path } = await exported("acme", addSeconds(NOW, -1));
    const { body } = await at.api.call("GET", `${path}/export`);
    assert.equal([body["state"], body["files"]], ["expired", []]);
  });

  test("with its backup all of an export is deleted, and nothing of another one's", async () => {
    const { path } = await exported("acme", addSeconds(NOW, 3600));
    const other = await exported("other", addSeconds(NOW, 3600));
    assert.is((await at.api.call("DELETE", path)).status, 200);
    const left = await at.bucket.list("exports/");
    assert.is(left.length, 2);
    assert.ok(left.every(({ name }) => name.startsWith(`exports/${other.id}/`)));
    assert.is((await at.api.call("GET", `${path}/export`)).status, 404);
  });

  test("only a whole backup of the tenant's own is exported", async () => {
    const { id } = await tenant("acme");
    const others = await storedBackup((await tenant("other")).id);
    const statusOf = async (backup: string) =>
      (await at.api.call("POST", `/tenants/${id}/backups/${backup}/export`)).status;
    assert.is(await statusOf(others), 404);
    assert.is(await statusOf(randomUUID()), 404);
    assert.is(await statusOf(await storedBackup(id, "pending")), 409);
    assert.is(await statusOf(await storedBackup(id, "failed")), 409);
    assert.is((await at.api.store.readTenant(id))?.record.spec.generation, 1);
  });

  test("of a tenant that is gone there is no export", async () => {
    const gone = randomUUID();
    const backup = await storedBackup(gone);
    for (const method of ["GET", "POST"]) {
      const { status } = await at.api.call(method, `/tenants/${gone}/backups/${backup}/export`);
      assert.is(status, 404, method);
    }
  });
}
