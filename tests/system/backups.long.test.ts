/** Backups on the whole stack: one that is asked for, one of a night, one that is exported, and what is left of them when the tenant goes. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { backupKey } from "../../shared/backups/backup-key.ts";
import { missingBucketServer } from "../testkit/own-bucket.ts";
import { skip } from "../testkit/parts.ts";
import { eventually, startTestStack } from "../testkit/stack-fixture.ts";
import type { TestStack } from "../testkit/stack-fixture.ts";
import { plainPart } from "../testkit/stored-backup.ts";
import type { Manifest } from "../testkit/stored-backup.ts";

const test = suite("backups on the whole stack");

let it: TestStack;

/** An object of the stack's bucket; null where there is none. */
async function objectAt(name: string): Promise<Buffer | null> {
  const { bucket, endpoint } = it.stack.backups ?? {};
  const path = `${endpoint}/storage/v1/b/${bucket}/o/${encodeURIComponent(name)}?alt=media`;
  const answer = await fetch(path);
  return answer.status === 200 ? Buffer.from(await answer.arrayBuffer()) : null;
}

async function read(name: string): Promise<Buffer> {
  const found = await objectAt(name);
  assert.ok(found, name);
  return found;
}

interface Backup {
  id: string;
  kind: string;
  state: string;
  bytes: number;
  manifest: string;
}

interface BundleFile {
  name: string;
  bytes: number;
  url: string;
}

/** The tenant's backups, when so many of them are whole. */
function whole(id: string, count: number): Promise<Backup[]> {
  return eventually(`${count} backups are whole`, async () => {
    const { body } = await it.call("GET", `/tenants/${id}/backups`);
    const backups = body["backups"] as Backup[];
    return backups.filter(({ state }) => state === "succeeded").length === count ? backups : null;
  });
}

async function create(subdomain: string): Promise<string> {
  const body = { organization: "Acme", subdomain, email: `office@${subdomain}.example` };
  const id = String((await it.call("POST", "/tenants", { body })).body["id"]);
  await it.until(id, "active");
  return id;
}

const missing = missingBucketServer();
if (missing === null) {
  test.before(async () => {
    it = await startTestStack();
  });
  test.after(async () => {
    await it?.stop();
  });

  test("one that is asked for can be read with the tenant's key alone, and its site stays as it is", async () => {
    const id = await create("acme");
    const { body } = await it.call("POST", `/tenants/${id}/backups`);
    const [backup] = await whole(id, 1);
    assert.equal([backup?.id, backup?.kind], [body["backup"], "manual"]);
    assert.ok(Number(backup?.bytes) > 0);
    const name = backup?.manifest.replace(/^gs:\/\/[^/]+\//, "") ?? "";
    const manifest = JSON.parse(String(await read(name))) as Manifest;
    assert.is(manifest.tenant, id);

    const salt = String((await it.firestore.doc(`backup_keys/${id}`).get()).get("salt"));
    const key = backupKey("5e".repeat(32), salt, id);
    const dump = await plainPart({ read }, manifest, "database.sql", key);
    assert.match(String(dump), /CREATE.* TABLE/);

    const { body: tenant } = await it.call("GET", `/tenants/${id}`);
    assert.equal([tenant["status"], tenant["error_message"]], ["active", null]);
    const newest = tenant["backup"] as { id: string; verified_at: null };
    assert.equal([newest.id, newest.verified_at], [backup?.id, null]);
  });

  test("a tenant's first one comes by itself, and then one a night", async () => {
    const id = await create("nightly");
    const at = `tenants/${id}`;
    await it.firestore.doc(at).update({ "status.next_backup_at": new Date() });
    const [backup] = await whole(id, 1);
    assert.is(backup?.kind, "nightly");
    const next = (await it.firestore.doc(at).get()).get("status.next_backup_at") as {
      toDate: () => Date;
    };
    const hours = (next.toDate().getTime() - Date.now()) / 3_600_000;
    assert.ok(hours > 0 && hours < 24, `the next one is due in ${hours} hours`);
  });

  test("a suspended site is backed up as it is, and stays suspended", async () => {
    const id = await create("suspended");
    await it.call("POST", `/tenants/${id}/suspend`);
    await it.until(id, "suspended");
    assert.is((await it.call("POST", `/tenants/${id}/backups`)).status, 202);
    await whole(id, 1);
    assert.is((await it.call("GET", `/tenants/${id}`)).body["status"], "suspended");
  });

  test("one is exported, each file is fetched by its URL alone, and a deletion for good leaves nothing of it", async () => {
    const id = await create("exported");
    await it.call("POST", `/tenants/${id}/backups`);
    const [backup] = await whole(id, 1);
    const path = `/tenants/${id}/backups/${backup?.id}/export`;
    assert.is((await it.call("POST", path)).status, 202);
    const files = await eventually("the export is ready", async () => {
      const { body } = await it.call("GET", path);
      assert.not.equal(body["state"], "failed");
      return body["state"] === "ready" ? (body["files"] as BundleFile[]) : null;
    });
    assert.equal(
      files.map(({ name }) => name),
      ["database.sql.gz", "files.tar", "private-files.tar", "site_config_backup.json"],
    );
    for (const { url, bytes } of files) {
      const fetched = await (await fetch(url)).arrayBuffer();
      assert.is(fetched.byteLength, bytes);
    }
    await it.call("DELETE", `/tenants/${id}`);
    await it.until(id, "gone");
    for (const { url } of files) assert.is((await fetch(url)).status, 404);
    await whole(id, 1);
  });

  test("backups outlive their tenant, and each is deleted for good", async () => {
    const id = await create("gone");
    await it.call("POST", `/tenants/${id}/backups`);
    await whole(id, 1);
    await it.call("DELETE", `/tenants/${id}`);
    await it.until(id, "gone");
    const [backup] = await whole(id, 1);
    const manifest = backup?.manifest.replace(/^gs:\/\/[^/]+\//, "") ?? "";
    assert.ok(await objectAt(manifest));
    const path = `/tenants/${id}/backups/${backup?.id}`;
    assert.is((await it.call("DELETE", path)).status, 200);
    assert.is(await objectAt(manifest), null);
    assert.is((await it.call("GET", path)).status, 404);
  });
} else {
  skip(test, "backups on the whole stack", "bucket-server", missing);
}
test.run();
