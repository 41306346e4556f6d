/** The scripts of site Jobs, each whole as it runs, for shellcheck. */
import { spawnSync } from "node:child_process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readSiteScripts } from "../../shared/operations/read-scripts.ts";
import { skip } from "../testkit/parts.ts";

const test = suite("scripts of site Jobs");

const isMissing = spawnSync("shellcheck", ["--version"]).error !== undefined;

for (const [name, script] of readSiteScripts()) {
  if (isMissing) skip(test, `${name} is clean`, "shellcheck", "there is no shellcheck on the PATH");
  else {
    test(`${name} is clean for shellcheck`, () => {
      const options = { input: script, encoding: "utf8" } as const;
      const { stdout, status } = spawnSync("shellcheck", ["--shell=bash", "-"], options);
      assert.is(stdout, "");
      assert.is(status, 0);
    });
  }
}

test.run();
