import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { repository } from "../repository.ts";
import { BuildProblem } from "./build-error.ts";
import { callsIn, onlyCalls, onlyKinds } from "./used-calls.ts";

const test = suite("the calls to the cluster that are made");

test("are found in the source of the adapter", () => {
  assert.equal(
    [...callsIn("await call(batch.readNamespacedJob({ name }));\ncore.listNamespacedPod(a);")],
    ["readNamespacedJob", "listNamespacedPod"],
  );
});

test("a source without any ends the build", () => {
  assert.throws(
    () => callsIn("const cluster = null;"),
    (error: unknown) => error instanceof BuildProblem,
  );
});

const CLIENT = "node_modules/@kubernetes/client-node/dist/gen";
const read = (path: string) => readFileSync(join(repository, CLIENT, path), "utf8");
const calls = new Set(["readNamespacedJob"]);

for (const file of ["apis/BatchV1Api.js", "types/ObservableAPI.js", "types/ObjectParamAPI.js"]) {
  test(`of ${file} all other methods are left out, and nothing else`, () => {
    const cut = onlyCalls(calls, read(file));
    const methods = [...cut.matchAll(/^ {4}(?:async )?(\w+)\(.*\) \{$/gm)].map(([, name]) => name);
    const kept = new Set(["constructor", "readNamespacedJob", "readNamespacedJobWithHttpInfo"]);
    assert.ok(methods.includes("readNamespacedJob") || file.includes("apis/"));
    assert.equal(
      methods.filter((name) => !kept.has(name ?? "")),
      [],
    );
    const classesOf = (text: string) => text.match(/^export class \w+/gm);
    assert.equal(classesOf(cut), classesOf(read(file)));
  });
}

test("of the table of kinds all others are left out, and its code stays", () => {
  const table = read("models/ObjectSerializer.js");
  const cut = onlyKinds(new Set(["V1Job"]), table);
  assert.equal(cut.match(/.*\bV1\w+\b.*/g), [
    "export * from '../models/V1Job.js';",
    "import { V1Job } from '../models/V1Job.js';",
    '    "V1Job": V1Job,',
  ]);
  const codeOf = (text: string) => text.slice(text.indexOf("export class ObjectSerializer"));
  assert.is(codeOf(cut), codeOf(table));
});

test.run();
