import { suite } from "uvu";
import * as assert from "uvu/assert";
import { backupKey } from "./backup-key.ts";

const test = suite("the key of a tenant's backups");

const SECRET = "5e".repeat(32);
const SALT = "a1".repeat(32);
const ID = "0c16443d-3d8e-4c0d-b43c-ac1174140611";

test("is the same for ever", () => {
  const key = backupKey(SECRET, SALT, ID);
  assert.match(key, /^[0-9a-f]{64}$/);
  assert.is(backupKey(SECRET, SALT, ID), key);
  // A change of how it is derived would lose every backup there is.
  assert.is(key, "6a8ac4a24ba88f86b4e622e881bcd7ae315124081f628ec39524fe70ecba6d5d");
});

test("is another one of each tenant, salt and secret", () => {
  const keys = [
    backupKey(SECRET, SALT, ID),
    backupKey(SECRET, SALT, ID.replace("0c", "1c")),
    backupKey(SECRET, "a2".repeat(32), ID),
    backupKey("5f".repeat(32), SALT, ID),
  ];
  assert.is(new Set(keys).size, 4);
});

test.run();
