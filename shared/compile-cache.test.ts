import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { findCompileCache } from "./compile-cache.ts";

const test = suite("the compile cache");

const directory = mkdtempSync(join(tmpdir(), "kairos-compile-cache-"));
test.after(() => rmSync(directory, { recursive: true }));

test("is off where Node was not told of one", () => {
  assert.is(findCompileCache(undefined), "off");
});

test("is missed where nothing has filled it", () => {
  const empty = join(directory, "empty");
  mkdirSync(empty);
  assert.is(findCompileCache(empty), "miss");
});

test("is hit where something is in it", () => {
  const filled = join(directory, "filled");
  mkdirSync(filled);
  writeFileSync(join(filled, "0a1b2c3d"), "");
  assert.is(findCompileCache(filled), "hit");
});

test.run();
