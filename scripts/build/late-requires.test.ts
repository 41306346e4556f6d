import { createRequire } from "node:module";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { requireLate } from "./late-requires.ts";

const test = suite("requiring late");

const HEAD = `"use strict";\nObject.defineProperty(exports, "__esModule", { value: true });\n`;

/** Runs a module's text, and gives what it exports and what it has required so far. */
function run(source: string) {
  const required: string[] = [];
  const real = createRequire(import.meta.url);
  const exports: Record<string, unknown> = {};
  const require = (name: string): unknown => {
    required.push(name);
    return real(name);
  };
  // oxlint-disable-next-line typescript/no-implied-eval
  new Function("exports", "require", requireLate(source))(exports, require);
  return { exports: exports as Record<string, (...given: unknown[]) => unknown>, required };
}

test("what a function uses is required when it is called, and once", () => {
  const { exports, required } = run(`${HEAD}const path_1 = require("node:path");
exports.both = (a, b) => (0, path_1.join)(a, new path_1.posix.constructor(b).valueOf());
exports.sep = () => path_1.sep;`);
  assert.equal(required, []);
  exports["sep"]?.();
  exports["sep"]?.();
  assert.equal(required, ["node:path"]);
});

test("what is made of it at once is required at once", () => {
  const { exports, required } = run(`${HEAD}const events_1 = require("node:events");
class Emitter extends events_1.EventEmitter {}
exports.Emitter = Emitter;`);
  assert.equal(required, ["node:events"]);
  assert.type(exports["Emitter"], "function");
});

test("what is handed on is required when somebody takes it", () => {
  const { exports, required } = run(`${HEAD}exports.path = exports.join = void 0;
var path_1 = require("node:path");
Object.defineProperty(exports, "join", { enumerable: true, get: function () { return path_1.join; } });
const os = require("node:os");
exports.os = os;
exports.sep = path_1.sep;`);
  assert.equal(required, []);
  assert.is(exports["join"]?.("a", "b"), "a/b");
  assert.is(exports["sep"], "/");
  assert.type((exports["os"] as unknown as { cpus: unknown }).cpus, "function");
  assert.equal(required, ["node:path", "node:os"]);
});

test("properties, keys and texts that look like the name are left alone", () => {
  const { exports } = run(`${HEAD}const path_1 = require("node:path");
exports.all = () => ({ path_1: 1, it: { path_1: 2 }.path_1, text: "a.path_1", real: path_1.sep });`);
  assert.equal(exports["all"]?.(), { path_1: 1, it: 2, text: "a.path_1", real: "/" });
});

const LEFT_ALONE: [why: string, source: string][] = [
  [
    "a name of one's own that is used, for it could be somebody else's too",
    `${HEAD}const grpc = require("node:os");\nexports.options = { "grpc.size": grpc.EOL };`,
  ],
  [
    "a module that is no compiled TypeScript",
    `const path_1 = require("node:path");\nmodule.exports = path_1;`,
  ],
  [
    "a require in a function",
    `${HEAD}exports.late = () => {\n  const path_1 = require("node:path");\n  return path_1;\n};`,
  ],
];
for (const [why, source] of LEFT_ALONE) {
  test(`left alone is ${why}`, () => {
    assert.is(requireLate(source), source);
  });
}

test.run();
