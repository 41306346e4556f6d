import { suite } from "uvu";
import * as assert from "uvu/assert";
import { tellRestore } from "./restore-words.ts";

const test = suite("what a restore would do, in sentences");

const OUTLOOK = {
  success: true,
  id: "1",
  message: "",
  backup: "2",
  made_at: "2026-01-01T00:00:00Z",
  image: "frappe/erpnext:v16",
  mariadb: "11.8",
  apps: { frappe: "16.1.0", erpnext: null },
  tables: 700,
  stored_bytes: 12_345_678,
  parts: {},
  newer_seconds: 7_260,
  newer_backups: 2,
};

test("what would be lost is said in the first sentences", () => {
  const [asOf, lost, newer, holds] = tellRestore(OUTLOOK);
  assert.match(asOf ?? "", /2026|2025/);
  assert.is(lost, "Lost is what was done in the last 2 h 1 min.");
  assert.is(newer, "There are 2 newer good backups.");
  assert.is(
    holds,
    "It holds 700 tables, 12.3 MB in the bucket, of frappe 16.1.0, erpnext (version not known).",
  );
});

test("the newest backup is called so", () => {
  assert.is(tellRestore({ ...OUTLOOK, newer_backups: 0 })[2], "It is the newest good backup.");
});

test.run();
