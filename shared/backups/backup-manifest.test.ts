import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseManifest } from "./backup-manifest.ts";

const test = suite("a backup's manifest");

const MANIFEST = {
  format: 2,
  made_at: "2026-11-30T01:02:03Z",
  image: "frappe/erpnext:v16",
  apps: { frappe: "16.0.0", erpnext: null },
  mariadb: "11.8.2",
  tables: { tabUser: { rows_estimated: 1 } },
  parts: [{ name: "database.sql", bytes: 1, plain_bytes: 2, objects: [] }],
  hmac_sha256: "0",
};

test("is read, whatever else it says", () => {
  assert.equal(parseManifest(MANIFEST), MANIFEST);
});

test("is none where it is of another form", () => {
  const others = [null, "", {}, { ...MANIFEST, format: 3 }, { ...MANIFEST, made_at: "yesterday" }];
  for (const other of [...others, { ...MANIFEST, parts: [{}] }, { ...MANIFEST, apps: { a: 1 } }]) {
    assert.is(parseManifest(other), null, JSON.stringify(other));
  }
});

test.run();
