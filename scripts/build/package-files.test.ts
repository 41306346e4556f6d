import { suite } from "uvu";
import * as assert from "uvu/assert";
import { functionLock, functionManifest } from "./package-files.ts";
import { BuildProblem } from "./build-error.ts";

const test = suite("what a function installs");

const PROJECT = { name: "project", version: "1.2.3", license: "MIT" };
const manifestWith = (dependencies: Record<string, string>, external: string[]) =>
  functionManifest({ ...PROJECT, dependencies }, { name: "api", main: "index.mjs", external });

test("is what its bundle leaves out, at the project's version", () => {
  const { name, dependencies } = manifestWith({ framework: "5.0.5", client: "1.0.0" }, [
    "framework",
  ]);
  assert.is(name, "project-api");
  assert.equal(dependencies, { framework: "5.0.5" });
});

for (const version of ["^5.0.5", "latest", undefined]) {
  test(`is refused at the version ${version}, which npm may take for another tomorrow`, () => {
    const dependencies: Record<string, string> =
      version === undefined ? {} : { framework: version };
    assert.throws(
      () => manifestWith(dependencies, ["framework"]),
      (error: unknown) =>
        error instanceof BuildProblem && /exact version of framework/.test(error.message),
    );
  });
}

const manifest = manifestWith({ framework: "5.0.5" }, ["framework"]);
const lockOf = (packages: Record<string, Record<string, unknown>>) =>
  Object.keys(functionLock({ lockfileVersion: 3, packages }, manifest).packages);

const LOCKS: [string, Record<string, Record<string, unknown>>, string[]][] = [
  [
    "itself, and nothing else of the project",
    { "": {}, "node_modules/framework": {}, "node_modules/linter": { dev: true } },
    ["", "node_modules/framework"],
  ],
  [
    "what it needs, and what that needs in turn, though two need each other",
    {
      "node_modules/framework": { dependencies: { a: "1" } },
      "node_modules/a": { dependencies: { b: "1" } },
      "node_modules/b": { dependencies: { a: "1" } },
    },
    ["", "node_modules/a", "node_modules/b", "node_modules/framework"],
  ],
  [
    "the version that Node would find: the innermost",
    {
      "node_modules/framework": { dependencies: { "@s/a": "1" } },
      "node_modules/@s/a": { dependencies: { b: "2", c: "1" } },
      "node_modules/@s/a/node_modules/b": { dependencies: { c: "1" } },
      "node_modules/b": {},
      "node_modules/c": {},
    },
    [
      "",
      "node_modules/@s/a",
      "node_modules/@s/a/node_modules/b",
      "node_modules/c",
      "node_modules/framework",
    ],
  ],
  [
    "no optional package that is not there",
    {
      "node_modules/framework": {
        dependencies: { there: "1" },
        optionalDependencies: { there: "1", "not-there": "1" },
        peerDependencies: { peer: "1" },
      },
      "node_modules/there": {},
    },
    ["", "node_modules/framework", "node_modules/there"],
  ],
];

for (const [sentence, packages, expected] of LOCKS) {
  test(`the lock holds ${sentence}`, () => {
    assert.equal(lockOf(packages), expected);
  });
}

test("a project's lock that lacks what is needed is refused", () => {
  assert.throws(
    () => lockOf({ "node_modules/framework": { dependencies: { a: "1" } } }),
    /does not hold a, which node_modules\/framework needs/,
  );
});

test.run();
