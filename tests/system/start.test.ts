/** `npm start` as a user runs it: what it prints, and that nothing is left behind however it ends. */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { freePorts } from "../../scripts/local/loopback-ports.ts";
import { repository } from "../../scripts/repository.ts";
import { createStarter, which } from "../testkit/bare-start.ts";
import { npm } from "../testkit/npm.ts";
import { nothingIsLeft, start } from "../testkit/npm-start.ts";
import { eventually, request, temporaryDirectory } from "../testkit/stack-fixture.ts";
import { siteDirectory, volumeAt } from "../../scripts/local/volume.ts";

const test = suite("npm start");

const directory = temporaryDirectory();
test.after(() => rmSync(directory, { recursive: true, force: true }));

test("says where everything is, and what it says is so", async () => {
  const stack = await start(directory, { API_KEYS: "my-own-key, another-key" });
  const { line, run } = stack;
  assert.is(line("API key"), "my-own-key");
  const headers = { "X-API-Key": line("API key") };
  assert.is((await request(line("API"), "GET", "/tenants", { headers })).status, 200);
  const pool = await request(line("API"), "GET", "/pool", { headers });
  assert.is((pool.body as { size: number }).size, 2);
  assert.is((await fetch(line("docs"))).status, 200);
  assert.is(line("console"), `${line("API")}/console`);
  assert.ok(existsSync(line("sites")));
  assert.ok(existsSync(join(line("logs"), "api.log")));
  assert.match(run.output().trimEnd().split("\n").at(-1) ?? "", /^ready/);
  run.child.kill("SIGTERM");
  assert.is(await run.ended, 0);
  await nothingIsLeft(stack);
});

test("Ctrl-C ends every child, with a site Job at work too", async () => {
  const stack = await start(directory, { LOCAL_BENCH_SECONDS: "600" });
  const { line, run } = stack;
  const headers = { "X-API-Key": line("API key"), "Content-Type": "application/json" };
  const body = JSON.stringify({ organization: "Acme", subdomain: "acme", email: "a@acme.example" });
  const { body: tenant } = await request(line("API"), "POST", "/tenants", { headers, body });
  const volume = volumeAt(join(stack.stackDirectory, "volume"));
  const site = siteDirectory(volume, (tenant as { id: string }).id);
  await eventually("bench is at work", async () => (existsSync(site) ? true : null));
  run.child.kill("SIGINT");
  assert.is(await run.ended, 0);
  await nothingIsLeft(stack);
});

test("a directory that holds something else is not emptied", async () => {
  const precious = join(directory, "precious");
  mkdirSync(precious);
  writeFileSync(join(precious, "data"), "");
  const [port = 0] = await freePorts(1);
  const run = npm(["start", "--", "--directory", precious], { PORT: String(port) });
  assert.is(await run.ended, 1);
  assert.match(run.output(), /precious holds something else/);
  assert.equal(readdirSync(precious), ["data"]);
});

const { pathWith, startWith } = createStarter(directory);

const oldJava = join(directory, "old-java");
const missing: [sentence: string, path: () => string, said: RegExp][] = [
  ["Java", () => pathWith("no-java", {}), /^Java is missing.*Install a Java runtime of version 17/],
  [
    "a Java that is new enough",
    () => {
      writeFileSync(oldJava, "#!/bin/sh\necho 'openjdk version \"11.0.2\"' >&2\n");
      chmodSync(oldJava, 0o755);
      return pathWith("old", { java: oldJava, sh: which("sh") });
    },
    /need Java 17 or newer.*is Java 11.*Install a Java/,
  ],
];
for (const [sentence, path, said] of missing) {
  test(`without ${sentence}, one sentence names it and the command that installs it`, () => {
    const { status, stderr, hasDirectory } = startWith({ PATH: path(), HOME: homeWithEmulators() });
    assert.is(status, 1);
    assert.match(stderr, said);
    assert.is(stderr.trimEnd().split("\n").length, 1, stderr);
    assert.not(hasDirectory);
  });
}

/** A home whose Firebase CLI has both emulators, of versions that Java 17 runs. */
function homeWithEmulators(): string {
  const cache = join(directory, "home/.cache/firebase/emulators");
  const lib = join(cache, "pubsub-emulator-0.8.2/pubsub-emulator/lib");
  mkdirSync(lib, { recursive: true });
  writeFileSync(join(cache, "cloud-firestore-emulator-v1.19.1.jar"), "");
  writeFileSync(join(lib, "cloud-pubsub-emulator-0.8.2-all.jar"), "");
  return join(directory, "home");
}

test("an emulator that does not run, though the environment says so, is named in one sentence", () => {
  // Nobody listens at the port 9, that of the discard service.
  const { status, stderr, hasDirectory } = startWith({ PUBSUB_EMULATOR_HOST: "127.0.0.1:9" });
  assert.is(status, 1);
  assert.match(stderr, /^PUBSUB_EMULATOR_HOST names .* at 127\.0\.0\.1:9, and nothing answers/);
  assert.is(stderr.trimEnd().split("\n").length, 1, stderr);
  assert.not(hasDirectory);
});

test("a port in use is named, and what is there stays as it is", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  // Not spawnSync: this process must answer meanwhile.
  const run = npm(["start", "--", "--directory", join(directory, "never-started")], {
    PORT: String(port),
  });
  assert.is(await run.ended, 1);
  assert.match(run.output(), `Port ${port} is in use. Choose another one with: PORT=`);
  assert.not(existsSync(join(directory, "never-started")));
  server.close();
});

test("all mistakes in the settings are named at once, before anything starts", () => {
  const { status, stderr, hasDirectory } = startWith({
    BASE_DOMAIN: "nonsense",
    GKE_NAMESPACE: "Not A Label",
    API_KEYS: "short",
    PORT: "http",
  });
  assert.is(status, 1);
  for (const name of ["BASE_DOMAIN", "GKE_NAMESPACE", "API_KEYS", "PORT"])
    assert.match(stderr, name);
  assert.is(stderr.trimEnd().split("\n").length, 4, stderr);
  assert.not(hasDirectory);
});

test("--help explains itself, and an unknown option is refused", () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [join(repository, "scripts/start.ts"), ...args], {
      encoding: "utf8",
    });
  assert.match(run("--help").stdout, /LOCAL_BENCH_FAULTS/);
  assert.is(run("--help").status, 0);
  assert.is(run("--no-such-option").status, 1);
});

test("an old Node is told so in one sentence", () => {
  const guard = readFileSync(join(repository, "scripts/require-node.mjs"), "utf8");
  const old = guard.replace("process.versions.node", '"20.20.2"');
  const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", old], {
    encoding: "utf8",
  });
  assert.is(status, 1);
  assert.match(stderr, /needs Node 24/);
});

test.run();
