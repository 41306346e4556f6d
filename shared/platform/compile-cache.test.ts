import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { findCompileCache } from "./compile-cache.ts";

const test = suite("the compile cache");

const directory = mkdtempSync(join(tmpdir(), "kairos-compile-cache-"));
test.after(() => rmSync(directory, { recursive: true }));

const ENV = { NODE_COMPILE_CACHE: directory };

test("is off where none is named", () => {
  assert.is(findCompileCache({}, undefined), "off");
});

test("is missed where Node could not make its folder, or not read it", () => {
  assert.is(findCompileCache(ENV, undefined), "miss");
  assert.is(findCompileCache(ENV, join(directory, "not-there")), "miss");
});

test("is missed where nothing has filled it", () => {
  const empty = join(directory, "empty");
  mkdirSync(empty);
  assert.is(findCompileCache(ENV, empty), "miss");
});

test("is hit where something is in it", () => {
  const filled = join(directory, "filled");
  mkdirSync(filled);
  writeFileSync(join(filled, "0a1b2c3d"), "");
  assert.is(findCompileCache(ENV, filled), "hit");
});

test.run();
