/** That `npm run build` makes the same anywhere, that it works, and that npm installs what it asks for. */
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { FUNCTION_NAMES } from "../../scripts/local/function-process.ts";
import { repository } from "../../scripts/repository.ts";
import { installPackages, startAsPlatform, unpackFunctions } from "../testkit/built-functions.ts";
import { npm } from "../testkit/npm.ts";
import { startTestStack, temporaryDirectory } from "../testkit/stack-fixture.ts";

const test = suite("npm run build, anywhere");

const directory = temporaryDirectory();
const built = join(directory, "dist");
test.before(async () => {
  const build = npm(["run", "build", "--", "--output", built], {});
  assert.is(await build.ended, 0, build.output());
});
test.after(() => rmSync(directory, { recursive: true, force: true }));

/** What a build reads. */
const READ = ["functions", "shared", "scripts", "package.json", "package-lock.json", "LICENSE"];

/** Years later, to everything that asks. */
const OTHER_CLOCK = `data:text/javascript,const RealDate = Date;
globalThis.Date = class extends RealDate {
  constructor(...given) { given.length === 0 ? super(Date.now()) : super(...given); }
  static now() { return RealDate.now() + 1e11; }
};`;

test("another copy, at another path, hour and time zone, makes the same zips, byte for byte", async () => {
  const copy = join(directory, "a copy", "deeper");
  mkdirSync(copy, { recursive: true });
  // The copies' files are as old as now.
  for (const path of READ) cpSync(join(repository, path), join(copy, path), { recursive: true });
  symlinkSync(join(repository, "node_modules"), join(copy, "node_modules"));
  const args = ["--import", OTHER_CLOCK, "scripts/build.ts"];
  const env = { ...process.env, TZ: "Pacific/Kiritimati", LC_ALL: "C", HOME: copy };
  assert.is(await run(process.execPath, args, { cwd: copy, env }), 0);
  for (const name of FUNCTION_NAMES) {
    const [here, there] = [built, join(copy, "dist")].map((each) =>
      readFileSync(join(each, `${name}.zip`)),
    );
    assert.ok(here !== undefined && there !== undefined && here.equals(there), name);
  }
});

test("the whole stack runs on the built functions: a tenant from POST to active to gone", async () => {
  const deployed = join(directory, "stack");
  unpackFunctions(built, deployed);
  installPackages(deployed);
  const it = await startTestStack({}, { buildDirectory: deployed });
  try {
    const body = { organization: "Acme", subdomain: "acme", email: "office@acme.example" };
    const created = await it.call("POST", "/tenants", { body });
    assert.is(created.status, 201);
    const id = String(created.body["id"]);
    const { last } = await it.until(id, "active");
    assert.is(last.body["site_url"], "https://acme.kairos.app");
    for (const path of ["/docs", "/openapi.json"]) {
      assert.is((await fetch(`${it.stack.urls.api}${path}`)).status, 200);
    }
    assert.is((await it.call("DELETE", `/tenants/${id}`)).status, 202);
    await it.until(id, "gone");
    const deletion = await it.firestore.doc(`deletions/${id}`).get();
    assert.ok(deletion.exists);
  } finally {
    await it.stop();
  }
});

test("npm installs a function by its lock file, as the platform calls it, and it starts", async () => {
  const deployed = join(directory, "deployed");
  unpackFunctions(built, deployed);
  const cwd = join(deployed, "api");
  const env = { ...process.env, NODE_ENV: "production" };
  assert.is(await run("npm", ["ci", "--quiet", "--no-fund", "--no-audit"], { cwd, env }), 0);
  // The platform looks at the syntax of the file that package.json names, too.
  assert.is(await run(process.execPath, ["--check", "index.mjs"], { cwd, env }), 0);
  const api = await startAsPlatform(deployed, "api");
  try {
    assert.is((await fetch(`${api.url}/openapi.json`)).status, 200);
  } finally {
    await api.stop();
  }
});

function run(
  command: string,
  args: string[],
  options: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ["ignore", "ignore", "inherit"] });
    child.once("error", reject);
    child.once("close", resolve);
  });
}

test.run();
