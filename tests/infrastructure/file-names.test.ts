/** A file's name says what it is: no two files of the code have the same one. */
import { spawnSync } from "node:child_process";
import { basename } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { repository } from "../../scripts/repository.ts";

const test = suite("names of files");

test("are given once, but for the entries of the functions", () => {
  const { stdout } = spawnSync("git", ["ls-files", "*.ts"], { cwd: repository, encoding: "utf8" });
  const paths = stdout.split("\n").filter((path) => path !== "" && basename(path) !== "index.ts");
  assert.ok(paths.length > 300, `${paths.length} files`);
  const byName = Map.groupBy(paths, (path) => basename(path));
  assert.equal(
    [...byName.values()].filter(({ length }) => length > 1),
    [],
  );
});

test.run();
