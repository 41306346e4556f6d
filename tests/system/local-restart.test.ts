/** Children that are started again when they end, as the functions are. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { freePorts, isPortFree } from "../../scripts/local/loopback-ports.ts";
import { createProcesses } from "../../scripts/local/processes.ts";
import type { ProcessSpec } from "../../scripts/local/processes.ts";
import { startReaper } from "../../scripts/local/reaper.ts";
import { eventually, temporaryDirectory } from "../testkit/stack-fixture.ts";

const test = suite("children that are started again");

const LISTENING = `
  const { LISTENING_PORT, BROKEN } = process.env;
  console.log("started");
  if (require("node:fs").existsSync(BROKEN)) process.exit(7);
  const server = require("node:net").createServer();
  server.once("connection", () => console.log("answered"));
  server.listen(Number(LISTENING_PORT), "127.0.0.1");
`;

let stop: () => Promise<void> = async () => {};
test.after.each(async () => {
  await stop();
});

/** A child that listens at a port of its own, unless it is broken. */
async function startChild({ isBroken }: { isBroken: boolean }) {
  const directory = temporaryDirectory();
  const reaper = startReaper();
  const reported: string[] = [];
  const processes = createProcesses(directory, reaper, (sentence) => reported.push(sentence));
  const [port = 0] = await freePorts(1);
  const broken = join(directory, "broken");
  const breakIt = () => writeFileSync(broken, "");
  if (isBroken) breakIt();
  const spec: ProcessSpec = {
    name: "child",
    command: process.execPath,
    args: ["-e", LISTENING],
    env: { ...process.env, LISTENING_PORT: String(port), BROKEN: broken },
  };
  processes.keepRunning(spec, port);
  stop = async () => {
    await processes.stopAll();
    reaper.close();
    rmSync(directory, { recursive: true, force: true });
  };
  const pid = () => {
    const found = processes.pid("child");
    if (found === undefined) throw new Error("the child does not run");
    return found;
  };
  const log = () => readFileSync(join(directory, "child.log"), "utf8");
  return {
    processes,
    reported,
    port,
    pid,
    breakIt,
    repair: () => rmSync(broken),
    starts: () => log().match(/started/g)?.length ?? 0,
    /** Waits until its start of that number has answered its keeper, who alone connects to it. */
    answers: (start: number) =>
      eventually("its keeper has seen it answer", async () => {
        const lines = log().trimEnd().split("\n");
        const starts = lines.filter((line) => line === "started").length;
        return starts === start && lines.at(-1) === "answered" ? true : null;
      }),
    reportsOf: (count: number) =>
      eventually(`it has died ${count} times`, async () =>
        reported.length >= count ? true : null,
      ),
    kill: () => process.kill(pid(), "SIGKILL"),
  };
}

test("one that is killed answers again at its port, as another process", async () => {
  const child = await startChild({ isBroken: false });
  await child.answers(1);
  const first = child.pid();
  child.kill();
  await child.answers(2);
  assert.is.not(child.pid(), first);
  assert.match(
    child.reported.join(),
    /^child has ended \(exit SIGKILL\) and is started again in 0\.25 s; see /,
  );
  await child.processes.stopAll();
  assert.ok(await isPortFree(child.port));
});

test("one that dies three times before it ever answers is given up, with a sentence", async () => {
  const child = await startChild({ isBroken: true });
  assert.match(
    await child.processes.death,
    /^child has ended by itself \(exit 7\); see .*child\.log$/,
  );
  assert.is(child.starts(), 3);
  assert.is(child.reported.length, 2);
});

test("one that has answered once is never given up; its pauses grow until it answers again", async () => {
  const child = await startChild({ isBroken: false });
  await child.answers(1);
  child.breakIt();
  child.kill();
  await child.reportsOf(3);
  child.repair();
  await child.answers(4);
  child.kill();
  await child.reportsOf(4);
  const pauses = child.reported.map((sentence) => /in ([\d.]+) s/.exec(sentence)?.[1]);
  assert.equal(pauses, ["0.25", "0.5", "1", "0.25"]);
});

test("one that is stopped in the pause before its next start is not started again", async () => {
  const child = await startChild({ isBroken: true });
  await child.reportsOf(2);
  const startedAt = Date.now();
  await child.processes.stopAll();
  assert.ok(Date.now() - startedAt < 400, "the pause of half a second was not waited for");
  assert.is(child.starts(), 2);
  assert.is(child.processes.pid("child"), undefined);
});

test.run();
