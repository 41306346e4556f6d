/** `npm start` when something dies, is missing or is in the way: what is left, and what goes on. */
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { freePorts, isAnswered } from "../../scripts/local/loopback-ports.ts";
import { npm } from "../testkit/npm.ts";
import { nothingIsLeft, processesOf, start } from "../testkit/npm-start.ts";
import { eventually, request, temporaryDirectory } from "../testkit/stack-fixture.ts";

const test = suite("npm start, when something dies");

const directory = temporaryDirectory();
test.after(() => rmSync(directory, { recursive: true, force: true }));

test("killed with -9, it leaves no child behind either", async () => {
  const stack = await start(directory);
  const self = processesOf(stack).find((line) => line.includes("scripts/start.ts"));
  process.kill(Number.parseInt(self ?? "", 10), "SIGKILL");
  await stack.run.ended;
  await nothingIsLeft(stack);
});

test("a dead emulator ends the stack with 1 and says so", async () => {
  const stack = await start(directory);
  const firestore = Number(stack.line("Firestore").split(":").at(-1));
  const emulator = processesOf(stack).find((line) => line.includes(`--port=${firestore}`));
  process.kill(Number.parseInt(emulator ?? "", 10), "SIGKILL");
  assert.is(await stack.run.ended, 1);
  assert.match(stack.run.output(), /firestore-emulator has ended by itself/);
  await nothingIsLeft(stack);
});

test("a function that dies is started again at its port, and the console says so", async () => {
  const stack = await start(directory);
  const { line, run } = stack;
  const port = Number(line("API").split(":").at(-1));
  const api = () => processesOf(stack).find((found) => found.includes(`--port=${port}`)) ?? "";
  const first = Number.parseInt(api(), 10);
  process.kill(first, "SIGKILL");
  await eventually("the console says so", async () =>
    /^api has ended \(exit SIGKILL\) and is started again/m.test(run.output()) ? true : null,
  );
  await eventually("it answers again", async () =>
    (await isAnswered({ host: "127.0.0.1", port })) ? true : null,
  );
  assert.is((await request(line("API"), "GET", "/health", {})).status, 200);
  assert.is.not(Number.parseInt(api(), 10), first);
  run.child.kill("SIGTERM");
  assert.is(await run.ended, 0);
  await nothingIsLeft(stack);
});

test("with --demo it opens with three tenants; one that cannot be made is told, and ends nothing", async () => {
  const env = { LOCAL_BENCH_SECONDS: "0.2", RESERVED_SUBDOMAINS: "acme" };
  const stack = await start(directory, env, ["--demo"]);
  const { line, run } = stack;
  const said = [
    /^acme +could not be made: .* 4\d\d/m,
    /^globex +suspended/m,
    /^initech +failed at /m,
  ];
  await eventually("all three are told", async () =>
    said.every((pattern) => pattern.test(run.output())) ? true : null,
  );
  const headers = { "X-API-Key": line("API key") };
  const { body } = await request(line("API"), "GET", "/tenants", { headers });
  const tenants = body["tenants"] as { subdomain: string; status: string }[];
  assert.equal(tenants.map(({ subdomain, status }) => `${subdomain} ${status}`).toSorted(), [
    "globex suspended",
    "initech failed",
  ]);
  run.child.kill("SIGTERM");
  assert.is(await run.ended, 0);
  await nothingIsLeft(stack);
});

/** As on a machine without fake-gcs-server: neither on the PATH nor in the cache, which has the emulators as ever. */
function withoutBucketServer(): Record<string, string> {
  const { PATH = "", XDG_CACHE_HOME = join(homedir(), ".cache") } = process.env;
  const others = PATH.split(delimiter).filter((one) => !existsSync(join(one, "fake-gcs-server")));
  const cache = join(directory, "cache");
  mkdirSync(cache);
  symlinkSync(join(XDG_CACHE_HOME, "kairos-control-plane"), join(cache, "kairos-control-plane"));
  return { PATH: others.join(delimiter), XDG_CACHE_HOME: cache };
}

test("without fake-gcs-server its bucket is a directory, in which a backup is made, restored and exported", async () => {
  const env = { ...withoutBucketServer(), LOCAL_BENCH_SECONDS: "0.2", POOL_SIZE: "0" };
  const stack = await start(directory, env);
  const { line, run } = stack;
  assert.match(run.output(), `kept in ${join(stack.stackDirectory, "buckets")}`);
  const headers = { "X-API-Key": line("API key"), "Content-Type": "application/json" };
  const call = async (method: string, path: string, body?: object) =>
    (await request(line("API"), method, path, { headers, body: JSON.stringify(body) })).body;
  const until = (path: string, name: string, wanted: unknown) =>
    eventually(`${name} of ${path} is ${String(wanted)}`, async () => {
      const body = await call("GET", path);
      return body[name] === wanted ? body : null;
    });

  const asked = { organization: "Acme", subdomain: "acme", email: "office@acme.example" };
  const tenant = `/tenants/${String((await call("POST", "/tenants", asked))["id"])}`;
  await until(`${tenant}/status`, "status", "active");
  const { backup } = await call("POST", `${tenant}/backups`);
  await until(`${tenant}/backups/${String(backup)}`, "state", "succeeded");
  const { operation } = await call("POST", `${tenant}/restore`, { backup });
  await until(`${tenant}/operations/${String(operation)}`, "state", "succeeded");
  const bundle = `${tenant}/backups/${String(backup)}/export`;
  await call("POST", bundle);
  const { files } = await until(bundle, "state", "ready");
  for (const { url, bytes } of files as { url: string; bytes: number }[]) {
    assert.is((await (await fetch(url)).arrayBuffer()).byteLength, bytes);
  }
  run.child.kill("SIGTERM");
  assert.is(await run.ended, 0);
  await nothingIsLeft(stack);
});

test("every start begins clean", async () => {
  const [port = 0] = await freePorts(1);
  const stackDirectory = join(directory, `stack-${port}`);
  const stale = join(stackDirectory, "volume", "hosts", "stale.kairos.app");
  mkdirSync(stale, { recursive: true });
  writeFileSync(join(stackDirectory, ".kairos-stack"), "");
  const run = npm(["start", "--", "--directory", stackDirectory], { PORT: String(port) });
  await eventually("the stale site is gone", async () => (existsSync(stale) ? null : true));
  run.child.kill("SIGTERM");
  await run.ended;
});

test("a second stack in the same directory is refused, and the first one works on", async () => {
  const first = await start(directory);
  const [port = 0] = await freePorts(1);
  const run = npm(["start", "--", "--directory", first.stackDirectory], { PORT: String(port) });
  assert.is(await run.ended, 1);
  assert.match(run.output(), /Another stack runs in .*--directory DIR/);
  assert.ok(existsSync(first.line("sites")));
  assert.is((await request(first.line("API"), "GET", "/health", {})).status, 200);
  first.run.child.kill("SIGTERM");
  assert.is(await first.run.ended, 0);
  await nothingIsLeft(first);
});

test.run();
