/**
 * Backups on the whole stack: one that is asked for, one of a night, one that is exported, one that is copied and restored, and
 * what is left of them when the tenant goes.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { siteDirectory } from "../../scripts/local/volume.ts";
import { backupKey } from "../../shared/backups/backup-key.ts";
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

/** A tenant as the API shows it. */
async function shown(id: string): Promise<Record<string, unknown>> {
  return (await it.call("GET", `/tenants/${id}`)).body;
}

/** Has something done to a tenant, and waits until the operation of that kind has succeeded. */
async function command(id: string, path: string, kind: string, body?: object): Promise<void> {
  const { status } = await it.call("POST", `/tenants/${id}/${path}`, { body });
  assert.is(status, 202, path);
  await eventually(`${kind} has succeeded`, async () => {
    const { body: history } = await it.call("GET", `/tenants/${id}/operations`);
    const [newest] = history["operations"] as { kind: string; state: string }[];
    assert.is.not(newest?.state, "failed");
    return newest?.kind === kind && newest.state === "succeeded" ? newest : null;
  });
}

/** A file of a tenant's site. */
const pathOf = (id: string, file: string) => join(siteDirectory(it.stack.volume, id), file);
const has = (id: string, file: string) => existsSync(pathOf(id, file));
const configOf = (id: string) =>
  JSON.parse(readFileSync(pathOf(id, "site_config.json"), "utf8")) as Record<string, unknown>;

function write(id: string, file: string, text: string): void {
  mkdirSync(dirname(pathOf(id, file)), { recursive: true });
  writeFileSync(pathOf(id, file), text);
}

async function create(subdomain: string, more: object = {}): Promise<string> {
  const body = { organization: "Acme", subdomain, email: `office@${subdomain}.example`, ...more };
  const id = String((await it.call("POST", "/tenants", { body })).body["id"]);
  await it.until(id, "active");
  return id;
}

test.before(async () => {
  it = await startTestStack({ RESTORE_TEST_DAYS: "1" });
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

test("one becomes a copy that is quiet until it is resumed, brings its own site back, which is taken back, and is tested", async () => {
  const id = await create("original");
  await it.call("POST", `/tenants/${id}/backups`);
  const [backup] = await whole(id, 1);
  write(id, "public/files/later", "done after the backup");

  const copy = await create("copy", { from_backup: backup?.id });
  assert.is((await shown(copy))["quiet"], true);
  assert.is(configOf(copy)["mute_emails"], 1);
  assert.is.not(configOf(copy)["db_name"], configOf(id)["db_name"]);
  assert.not(has(copy, "public/files/later"));
  await command(copy, "resume", "resume");
  assert.is((await shown(copy))["quiet"], false);
  assert.is.not(configOf(copy)["mute_emails"], 1);

  const first = configOf(id);
  await command(id, "restore", "restore", { backup: backup?.id });
  assert.not(has(id, "public/files/later"));
  assert.is.not(configOf(id)["db_name"], first["db_name"]);
  assert.is.not((await shown(id))["undo_until"], null);
  await command(id, "restore/undo", "undo-restore");
  assert.ok(has(id, "public/files/later"));
  assert.equal(configOf(id), first);

  // Of a tenant that is younger than a day no backup is tested.
  const created_at = new Date(Date.now() - 36 * 3_600_000);
  await it.firestore
    .doc(`tenants/${id}`)
    .update({ created_at, "status.next_backup_at": new Date() });
  await eventually("it was restored apart, and found whole", async () => {
    const { body } = await it.call("GET", `/tenants/${id}/backups/${backup?.id}`);
    return body["verified_at"] === null ? null : body;
  });
  assert.equal(configOf(id), first);
  assert.equal([(await shown(id))["status"], (await shown(copy))["status"]], ["active", "active"]);
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

test.run();
