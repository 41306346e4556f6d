/** Tenants out of backups as the API takes them, on the official emulators and a server of Cloud Storage's API: nobody reconciles. */
import { randomUUID } from "node:crypto";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { BackupRecord } from "../../shared/backups/backup-record.ts";
import { databaseName } from "../../shared/tenant/names.ts";

import { startOwnApi } from "../testkit/own-api.ts";
import type { OwnApi } from "../testkit/own-api.ts";
import { MADE_WITH, readyStandby } from "../testkit/some-standby.ts";
import { siteAt } from "../testkit/some-site.ts";
import { ACTIVE, tenantNamed } from "../testkit/stored-tenants.ts";
import { withParts } from "../testkit/tenant-parts.ts";
import { someBackup } from "../testkit/some-backup.ts";

const test = suite("the API of copies");

const NOW = new Date();
const ASKED = { organization: "Acme, once more", email: "office@acme.example", subdomain: "copy" };
/** A tenant that is gone. */
const SOURCE = randomUUID();
let it: OwnApi;

async function storedBackup(more: Partial<BackupRecord> = {}) {
  const id = randomUUID();
  await it.client.doc(`backups/${id}`).set(someBackup(SOURCE, NOW, more));
  return id;
}

const create = (more: object, headers: Record<string, string> = {}) =>
  it.call("POST", "/tenants", { body: { ...ASKED, ...more }, headers });
const stored = async (id: string) => {
  const found = await it.store.readTenant(id);
  assert.ok(found);
  return found.record;
};
const tenants = async () => (await it.client.collection("tenants").get()).size;

test.before(async () => {
  it = await startOwnApi({
    BACKUP_BUCKET: "backups",
    BACKUP_ENDPOINT: "http://127.0.0.1:9",
    POOL_SIZE: "1",
    FRAPPE_IMAGE: MADE_WITH.image,
    FRAPPE_APPS: MADE_WITH.apps.join(),
  });
});
test.after(async () => {
  await it?.stop();
});
test.before.each(async () => {
  await it.empty();
});

test("a tenant out of a backup of one that is gone is recorded with it, and quiet", async () => {
  const backup = await storedBackup();
  const { status, body } = await create({ from_backup: backup });
  assert.equal([status, body["status"], body["subdomain"]], [201, "queued", "copy"]);
  const id = String(body["id"]);
  const { spec } = await stored(id);
  assert.equal([spec.restore?.backup, spec.restore?.tenant, spec.quiet], [backup, SOURCE, true]);
  assert.is(spec.restore?.database, `${databaseName(id)}r1`);
  assert.is(spec.requests["restore"], spec.command_id);
  const shown = await it.call("GET", `/tenants/${id}`);
  assert.equal([shown.body["quiet"], shown.body["undo_until"]], [true, null]);
});

test("a tenant without a backup is as ever", async () => {
  const { body } = await create({ from_backup: null });
  const shown = await it.call("GET", `/tenants/${String(body["id"])}`);
  assert.is(shown.body["quiet"], false);
});

test("a repeated request is one tenant, also when its backup is gone since", async () => {
  const backup = await storedBackup();
  const key = { "Idempotency-Key": "k1" };
  const first = await create({ from_backup: backup }, key);
  await it.client.doc(`backups/${backup}`).delete();
  const again = await create({ from_backup: backup }, key);
  assert.equal([first.status, again.body], [201, first.body]);
  assert.is(await tenants(), 1);
  assert.is((await create({ from_backup: randomUUID() }, key)).status, 422);
});

test("no standby is taken for it", async () => {
  const standby = readyStandby(NOW);
  await it.client.doc(`tenants/${standby.id}`).set(standby);
  const { body } = await create({ from_backup: await storedBackup() });
  assert.is.not(body["id"], standby.id);
  assert.is((await create({ subdomain: "new" })).body["id"], standby.id);
});

const refused: [
  sentence: string,
  more: Partial<BackupRecord> | null,
  body: object,
  status: number,
  why: RegExp,
][] = [
  ["that is nowhere", null, {}, 422, /from_backup must be the id of a backup/],
  ["that is being made", { state: "pending" }, {}, 409, /is being made/],
  ["that has failed", { state: "failed" }, {}, 409, /has failed/],
  ["whose time is over", { expires_at: new Date(0) }, {}, 409, /time is over/],
  ["with a login link", {}, { login_link: true }, 422, /login_link must not be true together/],
];
for (const [sentence, more, body, status, why] of refused) {
  test(`a tenant out of a backup ${sentence} is not made`, async () => {
    const backup = more === null ? randomUUID() : await storedBackup(more);
    const answer = await create({ from_backup: backup, ...body });
    assert.is(answer.status, status);
    assert.match(String(answer.body["error"]), why);
    assert.is(await tenants(), 0);
  });
}

test("a name that is taken is refused as ever", async () => {
  await create({});
  const { status } = await create({ from_backup: await storedBackup() });
  assert.is(status, 409);
});

test("a resume of a quiet tenant that is open ends that, once", async () => {
  const site = siteAt("acme", { quiet: true });
  const acme = withParts(tenantNamed("acme", NOW), {
    spec: { quiet: true },
    status: { ...ACTIVE.status, site },
  });
  await it.store.createTenant(acme, null);
  const path = `/tenants/${acme.id}/resume`;
  assert.is((await it.call("POST", path)).body["message"], "The tenant is being resumed.");
  const { spec, status } = await stored(acme.id);
  assert.equal([spec.quiet, spec.generation, status.phase], [false, 2, "active"]);
  assert.is((await it.call("POST", path)).body["message"], "Already requested.");
  const shown = await it.call("GET", `/tenants/${acme.id}`);
  assert.is(shown.body["quiet"], true);
});

test.run();
