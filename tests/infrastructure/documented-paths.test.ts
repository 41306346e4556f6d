/**
 * What the documentation names is there: files, folders, headings and npm scripts. Decisions (docs/adr/) may name what is
 * gone.
 */
import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readRepositoryJson, repository } from "../../scripts/repository.ts";

const test = suite("the documentation");

const PAGES = globSync(["*.md", "docs/*.md", "terraform/**/*.md", ".github/**/*.md"], {
  cwd: repository,
  exclude: (path) => path === "CHANGELOG.md",
}).toSorted();

/** A path below one of the top folders. */
const PATH = /^(?:\.ci|\.github|docs|functions|scripts|shared|terraform|tests)\//;

/** The name of a file of a kind that only the repository has. */
const FILE_NAME = /^[\w.-]+\.(?:ts|tf|md|sh)$/;

/** A pattern, a placeholder, or a file that an operator makes. */
const NOT_IN_THE_REPOSITORY = /[*{}<>…\s]|\.tfvars$/;

const FILE_NAMES = new Set(
  globSync(["*", "{docs,functions,scripts,shared,terraform,tests}/**/*"], { cwd: repository }).map(
    (path) => basename(path),
  ),
);

function read(page: string): string {
  return readFileSync(join(repository, page), "utf8");
}

/** A page without its blocks of code, whose paths may be made by the commands in them. */
function proseOf(page: string): string {
  return read(page).replaceAll(/^ *```[^]*?^ *```$/gm, "");
}

/** The paths and the files' names that a page has in code. */
function pathsIn(prose: string): string[] {
  return [...prose.matchAll(/`([^`\n]+)`/g)]
    .map(([, code = ""]) => code)
    .filter((code) => PATH.test(code) || FILE_NAME.test(code))
    .filter((code) => !NOT_IN_THE_REPOSITORY.test(code));
}

function linksIn(prose: string): { path: string; heading: string | undefined }[] {
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [path = "", heading] = target.split("#", 2);
      return { path, heading };
    });
}

/** A heading as GitHub names it in an address. */
function toSlug(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}

function headingsOf(page: string): string[] {
  return [...proseOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => toSlug(heading));
}

test("the pages are there to be checked", () => {
  for (const page of ["README.md", "CONTRIBUTING.md", "docs/architecture.md"]) {
    assert.ok(PAGES.includes(page), page);
    assert.ok(pathsIn(proseOf(page)).length + linksIn(proseOf(page)).length > 5, page);
  }
});

for (const page of PAGES) {
  test(`${page} names only what is there`, () => {
    const missing = pathsIn(proseOf(page)).filter((path) =>
      FILE_NAME.test(path) ? !FILE_NAMES.has(path) : !existsSync(join(repository, path)),
    );
    assert.equal(missing, []);
  });

  test(`${page} links only to what is there`, () => {
    for (const { path, heading } of linksIn(proseOf(page))) {
      const target = path === "" ? page : join(dirname(page), path);
      assert.ok(existsSync(join(repository, target)), `${path} in ${page}`);
      if (heading !== undefined) assert.ok(headingsOf(target).includes(heading), `#${heading}`);
    }
  });

  test(`${page} names only scripts that package.json has`, () => {
    const { scripts } = readRepositoryJson("package.json") as { scripts: object };
    const named = [...read(page).matchAll(/npm run ([\w:-]+)/g)].map(([, name = ""]) => name);
    assert.equal(
      named.filter((name) => !Object.hasOwn(scripts, name)),
      [],
    );
  });
}

test("what is named wrongly would be seen", () => {
  const prose =
    "`shared/gone.ts`, `tests/*.ts`, `gone.tf`, `npm test`, [a](b.md#c-d), [e](https://e.example)";
  assert.equal(pathsIn(prose), ["shared/gone.ts", "gone.tf"]);
  assert.equal(linksIn(prose), [{ path: "b.md", heading: "c-d" }]);
  assert.is(toSlug("What is known, and how"), "what-is-known-and-how");
});

test.run();
