/** `npm run demo` as a user runs it. */
import { rmSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { npm } from "../testkit/npm.ts";
import { eventually, temporaryDirectory } from "../testkit/stack-fixture.ts";

const test = suite("npm run demo");

const directory = temporaryDirectory();
test.after(() => rmSync(directory, { recursive: true, force: true }));

test("the demo shows three lives, one of which fails on purpose, and ends with 0", async () => {
  const run = npm(["run", "demo"], { LOCAL_BENCH_SECONDS: "0.2" });
  assert.is(await run.ended, 0, run.output());
  assert.match(run.output(), /acme +active at https:\/\/acme\.kairos\.app/);
  assert.match(run.output(), /globex +active/);
  assert.match(run.output(), /initech +failed at install-app: bench install-app failed/);
  assert.is(run.output().match(/ gone$/gm)?.length, 3);
});

test("a demo in which a good tenant fails ends with 1 and says which", async () => {
  const run = npm(["run", "demo"], {
    LOCAL_BENCH_SECONDS: "0.2",
    LOCAL_BENCH_FAULTS: "acme:add-user",
    TMPDIR: directory,
  });
  assert.is(await run.ended, 1, run.output());
  assert.match(run.output(), /not as it should be: acme is failed and not active/);
});

test("a demo that is interrupted does not end with 0", async () => {
  const run = npm(["run", "demo"], { LOCAL_BENCH_SECONDS: "600", TMPDIR: directory });
  await eventually("it is under way", async () =>
    /provisioning/.test(run.output()) ? true : null,
  );
  run.child.kill("SIGTERM");
  assert.is(await run.ended, 130, run.output());
});

test.run();
