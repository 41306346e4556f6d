/** Restores as the API takes them, on the official emulators and a server of Cloud Storage's API: nobody reconciles. */
import { randomUUID } from "node:crypto";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { BackupRecord } from "../../shared/backups/backup-record.ts";
import { databaseName } from "../../shared/tenant/names.ts";
import { addSeconds } from "../../shared/tenant/tenant.ts";
import type { Tenant } from "../../shared/tenant/tenant.ts";
import { someBackup } from "../testkit/some-backup.ts";
import { useApiWithBucket } from "../testkit/api-with-bucket.ts";
import type { ApiWithBucket } from "../testkit/api-with-bucket.ts";

const test = suite("the API of restores");

const NOW = new Date();
const hoursAgo = (hours: number) => addSeconds(NOW, -hours * 3600);

const ground = useApiWithBucket(test, "restores in the API");
if (ground !== null) addTests(ground);
test.run();

function addTests(at: ApiWithBucket): void {
  const { tenant, stored } = at;

  /** A backup that was made so many hours ago. */
  async function storedBackup(of: Tenant, hours: number, more: Partial<BackupRecord> = {}) {
    const id = randomUUID();
    const created_at = hoursAgo(hours);
    await at.api.client.doc(`backups/${id}`).set(someBackup(of.id, created_at, more));
    const manifest = {
      format: 2,
      made_at: created_at.toISOString(),
      image: "frappe/erpnext:v16",
      apps: { frappe: "16.1.0", erpnext: null },
      mariadb: "11.8.2-MariaDB",
      tables: { tabUser: { rows_estimated: 1 }, tabFile: { rows_estimated: 2 } },
      parts: [
        { name: "database.sql", bytes: 100, plain_bytes: 1000, objects: [] },
        { name: "files.tar", bytes: 10, plain_bytes: 20, objects: [] },
      ],
    };
    const text = JSON.stringify(manifest);
    await at.bucket.write(
      `tenants/${of.id}/${id}/manifest.json`,
      new Uint8Array(Buffer.from(text)),
      "application/json",
    );
    return id;
  }

  const restore = (of: Tenant, body: Record<string, unknown>, query = "") =>
    at.api.call("POST", `/tenants/${of.id}/restore${query}`, { body });

  test("a restore is recorded with its backup, a database of its own and the reason", async () => {
    const acme = await tenant("acme");
    const backup = await storedBackup(acme, 5);
    const { status, body, headers } = await restore(acme, { backup, reason: "a wrong import" });
    assert.equal([status, body["status"]], [202, "active"]);
    assert.is(headers.get("Location"), `/tenants/${acme.id}/operations/${acme.id}.2.1`);
    const { spec } = await stored(acme);
    assert.is(spec.restore?.backup, backup);
    assert.is(spec.restore?.database, `${databaseName(acme.id)}r2`);
    assert.is(spec.requested_by.reason, "a wrong import");
  });

  test("a repeated request is one restore", async () => {
    const acme = await tenant("acme");
    const backup = await storedBackup(acme, 5);
    const asked = { headers: { "Idempotency-Key": "k1" }, body: { backup } };
    const first = await at.api.call("POST", `/tenants/${acme.id}/restore`, asked);
    const again = await at.api.call("POST", `/tenants/${acme.id}/restore`, asked);
    assert.equal([first.status, again.body], [202, first.body]);
    assert.is((await stored(acme)).spec.generation, 2);
  });

  test("validate_only says what the backup holds and what is newer, and changes nothing", async () => {
    const acme = await tenant("acme");
    const backup = await storedBackup(acme, 5);
    await storedBackup(acme, 2);
    await storedBackup(acme, 9);
    await storedBackup(acme, 1, { state: "failed" });
    const before = await stored(acme);
    const { status, body } = await restore(acme, { backup }, "?validate_only=true");
    assert.is(status, 200);
    const { newer_seconds, message: _, ...rest } = body;
    assert.ok(Number(newer_seconds) >= 5 * 3600 && Number(newer_seconds) < 6 * 3600);
    assert.equal(rest, {
      success: true,
      id: acme.id,
      backup,
      made_at: hoursAgo(5).toISOString(),
      image: "frappe/erpnext:v16",
      mariadb: "11.8.2-MariaDB",
      apps: { frappe: "16.1.0", erpnext: null },
      tables: 2,
      stored_bytes: 110,
      parts: { "database.sql": 1000, "files.tar": 20 },
      newer_backups: 1,
    });
    assert.equal(await stored(acme), before);
  });

  const notWhole: [sentence: string, more: Partial<BackupRecord>, status: number, why: RegExp][] = [
    ["that is being made", { state: "pending" }, 409, /is being made/],
    ["that has failed", { state: "failed" }, 409, /has failed/],
    ["whose time is over", { expires_at: hoursAgo(1) }, 409, /time is over/],
    ["of another tenant", { tenant_id: randomUUID() }, 404, /no backup/],
  ];
  for (const [sentence, more, status, why] of notWhole) {
    test(`a backup ${sentence} is not restored`, async () => {
      const acme = await tenant("acme");
      const backup = await storedBackup(acme, 5, more);
      for (const query of ["", "?validate_only=true"]) {
        const answer = await restore(acme, { backup }, query);
        assert.is(answer.status, status);
        assert.match(String(answer.body["error"]), why);
      }
      assert.is((await stored(acme)).spec.generation, 1);
    });
  }

  test("a site to which something else is done is not restored, and validate_only says so, too", async () => {
    const acme = await tenant("acme", { spec: { generation: 2 } });
    const backup = await storedBackup(acme, 5);
    for (const query of ["", "?validate_only=true"]) {
      const { status, body } = await restore(acme, { backup }, query);
      assert.is(status, 409);
      assert.match(String(body["error"]), /Something else is being done/);
    }
  });

  test("a backup whose manifest is gone holds nothing to tell of", async () => {
    const acme = await tenant("acme");
    const backup = await storedBackup(acme, 5);
    await at.bucket.empty();
    const { status, body } = await restore(acme, { backup }, "?validate_only=true");
    assert.is(status, 409);
    assert.match(String(body["error"]), /manifest is missing/);
  });

  test("a restore is taken back as long as something is kept", async () => {
    const kept = [{ database: "tn0", until: addSeconds(NOW, 3600) }];
    const acme = await tenant("acme", { status: { kept } });
    const none = await tenant("none");
    const path = (of: Tenant) => `/tenants/${of.id}/restore/undo`;
    assert.is((await at.api.call("POST", path(acme))).status, 202);
    assert.ok((await stored(acme)).spec.requests["undo-restore"]);
    const refused = await at.api.call("POST", path(none));
    assert.is(refused.status, 409);
    assert.match(String(refused.body["error"]), /Nothing is kept/);
  });
}
