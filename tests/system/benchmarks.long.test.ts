/** The command `npm run bench`: what it is asked, and that it leaves nothing behind. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { repository } from "../../scripts/repository.ts";
import { eventually, temporaryDirectory } from "../testkit/stack-fixture.ts";

const test = suite("npm run bench");

const directory = temporaryDirectory();
test.after(() => rmSync(directory, { recursive: true, force: true }));

/** Starts it with a directory of its own for what is thrown away. */
function bench(...args: string[]) {
  const temporary = join(directory, String(readdirSync(directory).length));
  mkdirSync(temporary);
  const child = spawn(process.execPath, ["scripts/benchmarks.ts", ...args], {
    cwd: repository,
    env: { ...process.env, TMPDIR: temporary },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  }
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  return { child, temporary, ended, output: () => output };
}

test("it refuses a part that there is not, and names those that there are", async () => {
  const { ended, output } = bench("calls", "speed");
  assert.is(await ended, 1);
  assert.match(output(), /^There is no part speed\. There are: [\w, ]*\bcalls\b/);
});

test("it says what its parts are", async () => {
  const { ended, output } = bench("--help");
  assert.is(await ended, 0);
  assert.match(output(), /^ {2}resync +What a resync costs/m);
});

test("Ctrl-C ends it and all that it has started, and leaves nothing", async () => {
  const { child, temporary, ended, output } = bench("calls");
  const processes = await eventually("it has started emulators", async () => {
    const found = processesIn(temporary);
    return found.filter(({ command }) => command.includes("java")).length === 2 ? found : null;
  });
  child.kill("SIGINT");
  assert.is(await ended, 130, output());
  await eventually("they are gone", async () =>
    processes.every(({ pid }) => !existsSync(`/proc/${pid}`)) ? true : null,
  );
  assert.equal(readdirSync(temporary), []);
});

/** It, and all that it has started: they have its directory in their environment. */
function processesIn(temporary: string): { pid: string; command: string }[] {
  const read = (pid: string, file: string) => {
    try {
      return readFileSync(`/proc/${pid}/${file}`, "utf8");
    } catch {
      return ""; // it has just ended
    }
  };
  return readdirSync("/proc")
    .filter((pid) => /^\d+$/.test(pid) && read(pid, "environ").includes(temporary))
    .map((pid) => ({ pid, command: read(pid, "cmdline") }));
}

test.run();
