/** What `npm run build` makes: what is in it and what is not, and that it runs where nothing else is. */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DOCS_ASSETS } from "../../functions/api/docs/pages.ts";
import { FUNCTION_NAMES } from "../../scripts/local/function-process.ts";
import type { FunctionName } from "../../scripts/local/function-process.ts";
import { repository } from "../../scripts/repository.ts";
import {
  installPackages,
  readLock,
  readZip,
  startAsPlatform,
  unpackFunctions,
} from "../testkit/built-functions.ts";
import { npm } from "../testkit/npm.ts";
import { temporaryDirectory } from "../testkit/stack-fixture.ts";

const test = suite("npm run build");

const directory = temporaryDirectory();
const built = join(directory, "dist");
const deployed = join(directory, "deployed");
const SECRET = "a-secret-of-the-machine-that-builds";

let said: string;
test.before(async () => {
  const build = npm(["run", "build", "--", "--output", built], { API_KEYS: SECRET });
  assert.is(await build.ended, 0, build.output());
  said = build.output();
  unpackFunctions(built, deployed);
  installPackages(deployed);
});
test.after(() => rmSync(directory, { recursive: true, force: true }));

const EVERYWHERE = [
  "LICENSE",
  "THIRD_PARTY_LICENCES.txt",
  "index.mjs",
  "package-lock.json",
  "package.json",
];
/** What is loaded when it is needed: its name ends with a hash of what is in it. */
const LATE = /^[\w-]+-[A-Z0-9]{8}\.mjs$/;
const SITE_SCRIPTS = readdirSync(join(repository, "shared/operations"), {
  recursive: true,
  encoding: "utf8",
}).filter((file) => /\.(sh|py)$/.test(file));
/** Of the console; the names of the others end with the hash of what is in them. */
const CONSOLE = ["files.json", "licences.txt", "licences.txt.br", "licences.txt.gz"];
const HASHED = /^built\/(console-[A-Z0-9]{8}\.js|style-[A-Z0-9]{8}\.css)(\.br|\.gz)?$/;
const FILES: Record<FunctionName, string[]> = {
  api: [
    ...EVERYWHERE,
    ...CONSOLE.map((name) => `built/${name}`),
    ...DOCS_ASSETS.map(({ name }) => `static/${name}`),
  ],
  provision: [...EVERYWHERE, ...SITE_SCRIPTS],
  cleanup: [...EVERYWHERE, ...SITE_SCRIPTS],
  publish: EVERYWHERE,
};

for (const name of FUNCTION_NAMES) {
  test(`${name}: the zip holds the bundle, what it reads, and nothing else`, () => {
    const files = Object.keys(readZip(built, name)).filter((file) => !LATE.test(file));
    const hashed = files.filter((file) => HASHED.test(file));
    assert.is(hashed.length, name === "api" ? 6 : 0, hashed.join(" "));
    assert.equal(
      files.filter((file) => !HASHED.test(file)),
      FILES[name].toSorted(),
    );
  });

  test(`${name}: the folder holds the same, and the console says how much it is`, () => {
    for (const [path, content] of Object.entries(readZip(built, name))) {
      assert.ok(readFileSync(join(built, name, path)).equals(content), path);
    }
    assert.match(said, new RegExp(`^${name} .*${name}\\.zip {2}\\d+\\.\\d MB, `, "m"));
  });

  test(`${name}: the framework is installed, at the version that was tested, and nothing of development`, () => {
    const project = readJson(join(repository, "package.json"));
    const manifest = readJson(join(deployed, name, "package.json"));
    assert.equal(manifest["dependencies"], {
      "@google-cloud/functions-framework": (project["dependencies"] as Record<string, string>)[
        "@google-cloud/functions-framework"
      ],
    });
    assert.is(manifest["devDependencies"], undefined);
    for (const [path, locked] of Object.entries(readLock(deployed, name).packages)) {
      assert.ok(path === "" || "integrity" in locked, `${path} has no integrity`);
      assert.not("resolved" in locked, `${path} names a host`);
      assert.not("dev" in locked, `${path} is for development`);
    }
  });

  test(`${name}: nothing of the machine, of its environment, of tests or of the local stack is inside`, () => {
    for (const [path, content] of Object.entries(readZip(built, name))) {
      const text = Buffer.from(content);
      for (const foreign of [
        repository,
        homedir() + "/",
        directory,
        SECRET,
        // As a module's name: among the public suffixes are these letters.
        '"uvu',
        "node_modules/uvu",
        "local-development-key",
      ]) {
        assert.not(text.includes(foreign), `${path} holds ${foreign}`);
      }
    }
  });

  test(`${name}: every package inside is one of production, with its licence`, () => {
    const { packages } = readJson(join(repository, "package-lock.json")) as unknown as {
      packages: Record<string, { dev?: boolean }>;
    };
    const inside = packagesInside(name);
    assert.ok(inside.length > 50, inside.join(" "));
    const ofDevelopment = inside.filter((found) => packages[`node_modules/${found}`]?.dev === true);
    // Of these it is the files for a browser.
    assert.equal(ofDevelopment, name === "api" ? ["redoc", "swagger-ui-dist"] : []);
  });
}

/** Some more than they have. Where the build no longer knows a package, and leaves out nothing of it, it is twice this. */
const MAX_MEGABYTES: Record<FunctionName, number> = {
  api: 3.5,
  provision: 5,
  cleanup: 5,
  publish: 3,
};
for (const name of FUNCTION_NAMES) {
  test(`${name}: what its packages have that is not used is left out`, () => {
    const bundles = Object.entries(readZip(built, name)).filter(([path]) => path.endsWith(".mjs"));
    const bytes = bundles.reduce((sum, [, content]) => sum + content.length, 0);
    assert.ok(bytes < MAX_MEGABYTES[name] * 1_000_000, `${bytes} bytes`);
  });
}

test("the bundles of the API and of publish hold no Kubernetes client, and the others' do", () => {
  for (const name of ["api", "publish"] as const) {
    assert.not(packagesInside(name).includes("@kubernetes/client-node"));
    assert.not(readFileSync(join(deployed, name, "index.mjs")).includes("KubeConfig"));
  }
  assert.ok(packagesInside("provision").includes("@kubernetes/client-node"));
});

test("the API starts without what serves the console and the documentation", () => {
  const late = { console: "The console is not built", documentation: "swagger-ui" };
  const atStart = new Set(["index.mjs"]);
  for (const file of atStart) {
    const text = readFileSync(join(deployed, "api", file), "utf8");
    for (const [, imported = ""] of text.matchAll(/(?:from|import)\s*"\.\/([^"]+)"/g)) {
      atStart.add(imported);
    }
    for (const words of Object.values(late)) assert.not(text.includes(words), `${file}: ${words}`);
  }
  const all = readdirSync(join(deployed, "api")).filter((file) => file.endsWith(".mjs"));
  assert.ok(atStart.size < all.length, [...atStart].join(" "));
  for (const words of Object.values(late)) {
    const has = (file: string) => readFileSync(join(deployed, "api", file), "utf8").includes(words);
    assert.ok(all.some(has), words);
  }
});

test("the functions lie where nothing but the framework's packages is to be found", () => {
  for (const name of FUNCTION_NAMES) {
    const { resolve } = createRequire(join(deployed, name, "index.mjs"));
    assert.ok(resolve("@google-cloud/functions-framework").startsWith(join(deployed, name)));
    for (const bundled of [
      "@google-cloud/firestore",
      "google-auth-library",
      "redoc/package.json",
    ]) {
      assert.throws(() => resolve(bundled), /Cannot find module/);
    }
  }
});

test("api starts as the platform starts it, and serves itself and its documentation", async () => {
  const api = await startAsPlatform(deployed, "api");
  try {
    const { version } = readJson(join(repository, "package.json"));
    const root = (await (await fetch(`${api.url}/`)).json()) as { version: unknown };
    assert.is(root.version, version);
    for (const path of [
      "/openapi.json",
      "/docs",
      "/redoc",
      "/console",
      `/console/${consoleFiles().script}`,
      `/console/${consoleFiles().style}`,
      ...DOCS_ASSETS.map((asset) => asset.path),
    ]) {
      const answer = await fetch(`${api.url}${path}`);
      assert.is(answer.status, 200, path);
      assert.ok((await answer.text()).length > 0, path);
    }
  } finally {
    await api.stop();
  }
});

/** What the console's build says of itself. */
function consoleFiles(): { script: string; style: string } {
  return readJson(join(deployed, "api", "built/files.json")) as { script: string; style: string };
}

/** Where each says that it cannot go on. The names in a stack are those of the sources. */
const REFUSES = { provision: "handleEvent", cleanup: "tenantOfDeletion", publish: "parseEvent" };
for (const name of ["provision", "cleanup", "publish"] as const) {
  test(`${name} starts as the platform starts it, and refuses what it cannot understand, saying where`, async () => {
    const started = await startAsPlatform(deployed, name);
    try {
      const answer = await fetch(started.url, {
        method: "POST",
        headers: {
          "Content-Type": "application/json",
          "ce-specversion": "1.0",
          "ce-id": "1",
          "ce-type": "of.nobody",
          "ce-source": "//nobody",
        },
        body: "{}",
      });
      assert.is(answer.status, 500);
      assert.match(started.output(), `at ${REFUSES[name]} `);
    } finally {
      await started.stop();
    }
  });
}

test("--help explains itself, and an unknown option is refused", () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, ["scripts/build.ts", ...args], {
      cwd: repository,
      encoding: "utf8",
    });
  assert.match(run("--help").stdout, /--output DIR/);
  assert.is(run("--help").status, 0);
  const refused = run("--minify");
  assert.is(refused.status, 1);
  assert.match(refused.stderr, /--minify[\s\S]*npm run build/);
});

/** The names of the packages whose licences a function holds. */
function packagesInside(name: FunctionName): string[] {
  const text = readFileSync(join(deployed, name, "THIRD_PARTY_LICENCES.txt"), "utf8");
  return text.split(`\n${"-".repeat(80)}\n\n`).map((section) => section.split(" ", 1)[0] ?? "");
}

function readJson(path: string): Record<string, unknown> {
  return JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
}

test.run();
