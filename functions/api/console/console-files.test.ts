import { readFileSync } from "node:fs";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { buildConsole, writeConsole } from "../../../scripts/build/console.ts";
import type { Problem } from "../http/problem.ts";
import { contentSecurityPolicy, readConsole } from "./console-files.ts";
import type { BuiltFiles } from "./console-files.ts";

const test = suite("the console's files");

const files = await buildConsole();

let built: BuiltFiles;
test.before(async () => {
  await writeConsole();
  const manifest = new URL("built/files.json", import.meta.url);
  built = JSON.parse(readFileSync(manifest, "utf8")) as BuiltFiles;
});

const NOBODY = { googleClientId: null, iapAudience: null };
const GOOGLE = { ...NOBODY, googleClientId: "1234-abc.apps.googleusercontent.com" };
const PROXY = { ...NOBODY, iapAudience: "/projects/1/apps/a" };

async function read(path: string, accepted?: string, signIn = NOBODY) {
  const headers = accepted === undefined ? {} : { "accept-encoding": accepted };
  const answer = await readConsole({ path, headers }, signIn);
  return { ...answer, headers: answer.headers ?? {}, bytes: Buffer.from(answer.content ?? "") };
}

for (const path of ["/console", "/console/"]) {
  test(`${path} is a page that loads what is built and finds the API, behind any prefix`, async () => {
    const { status, headers, bytes } = await read(path);
    assert.is(status, 200);
    assert.is(headers["Content-Type"], "text/html; charset=utf-8");
    assert.is(headers["Cache-Control"], "no-cache");
    const text = String(bytes);
    const base = `https://functions.example/api${path}`;
    const urls = [...text.matchAll(/(?:src|href|data-api)="(?!data:)([^"]+)"/g)].map(
      ([, url = ""]) => new URL(url, base).pathname,
    );
    assert.equal(urls, [`/api/console/${built.style}`, `/api/console/${built.script}`, "/api/"]);
    assert.not.match(text, /<script[^>]*>[^<]|<style| style=| on[a-z]+=/);
  });
}

test("the page says how people may sign in, and nothing else of the settings", async () => {
  const about = async (signIn: typeof NOBODY) =>
    /<div id="console"([^>]*)>/.exec(String((await read("/console", "", signIn)).bytes))?.[1];
  assert.is(await about(NOBODY), ' data-api="./console/.."');
  assert.is(
    await about(GOOGLE as never),
    ' data-api="./console/.." data-google-client-id="1234-abc.apps.googleusercontent.com"',
  );
  assert.is(await about(PROXY as never), ' data-api="./console/.." data-behind-iap');
});

for (const usesGoogle of [false, true]) {
  test(`the policy ${usesGoogle ? "with" : "without"} Google's sign-in allows nothing unsafe`, () => {
    const policy = new Map(
      contentSecurityPolicy(usesGoogle)
        .split("; ")
        .map((directive) => directive.split(/ (.*)/s) as [string, string]),
    );
    assert.not.match(contentSecurityPolicy(usesGoogle), /unsafe-|\*|blob:|http:/);
    assert.is(policy.get("default-src"), "'none'");
    const google = usesGoogle ? " https://accounts.google.com/gsi/client" : "";
    assert.is(policy.get("script-src"), `'self'${google}`);
    assert.is(policy.has("require-trusted-types-for"), !usesGoogle);
    for (const name of ["base-uri", "form-action", "frame-ancestors"]) {
      assert.is(policy.get(name), "'none'", name);
    }
  });
}

const DECOMPRESS = new Map([
  ["br", brotliDecompressSync],
  ["gzip", gunzipSync],
] as const as [string | undefined, (bytes: Buffer) => Buffer][]);

const encodings: [accepted: string | undefined, encoding: string | undefined][] = [
  [undefined, undefined],
  ["", undefined],
  ["identity", undefined],
  ["gzip, deflate", "gzip"],
  ["gzip, deflate, br, zstd", "br"],
  ["GZIP;q=0.8, br;q=0", "gzip"],
  ["br; q=0.0, gzip;q=0", undefined],
  ["brotli", undefined],
];
for (const [accepted, encoding] of encodings) {
  test(`who accepts ${accepted ?? "nothing"} gets ${encoding ?? "it as it is"}`, async () => {
    for (const name of [built.script, built.style, "licences.txt"]) {
      const { headers, bytes } = await read(`/console/${name}`, accepted);
      assert.is(headers["Content-Encoding"], encoding, name);
      assert.is(headers["Vary"], "Accept-Encoding", name);
      const plain = DECOMPRESS.get(encoding)?.(bytes) ?? bytes;
      assert.ok(plain.equals(files.get(name) ?? Buffer.of()), name);
    }
  });
}

test("what has a hash in its name is kept for ever, and nothing else", async () => {
  for (const [name, type] of [
    [built.script, "text/javascript; charset=utf-8"],
    [built.style, "text/css; charset=utf-8"],
    ["licences.txt", "text/plain; charset=utf-8"],
  ] as const) {
    const { headers } = await read(`/console/${name}`);
    assert.is(headers["Content-Type"], type);
    assert.is(headers["Cache-Control"]?.includes("immutable"), /-[A-Z0-9]{8}\./.test(name), name);
  }
});

for (const name of [
  "files.json",
  "console.js",
  "style-AAAAAAAA.css",
  "SCRIPT.br",
  "SCRIPT.gz",
  "../console-files.ts",
  "..%2fconsole-files.ts",
  "built/files.json",
  "/",
]) {
  test(`there is nothing at /console/${name}`, async () => {
    const path = `/console/${name.replace("SCRIPT", built.script)}`;
    try {
      await read(path);
    } catch (error) {
      assert.is((error as Problem).status, 404);
      return;
    }
    assert.unreachable(path);
  });
}

test("the same sources give the same files, which name nothing of this machine", async () => {
  const other = await buildConsole();
  assert.equal([...files.keys()], [...other.keys()]);
  for (const [name, contents] of files) {
    assert.ok(Buffer.from(contents).equals(Buffer.from(other.get(name) ?? Buffer.of())), name);
    assert.not(Buffer.from(contents).includes(process.cwd()), name);
  }
});

/** What a browser loads before anything is seen. */
const kilobytes =
  [...files]
    .filter(([name]) => /\.(js|css)\.gz$/.test(name))
    .reduce((sum, [, { length }]) => sum + length, 0) / 1000;
test(`script and style are ${kilobytes.toFixed(1)} KB of gzip, of 120 at the most`, () => {
  assert.ok(kilobytes > 10 && kilobytes < 120);
});

test("the script makes no code of texts, and no markup", async () => {
  const script = Buffer.from(files.get(built.script) ?? "").toString();
  assert.not.match(script, /\beval\(|new Function\(|document\.write\(|insertAdjacentHTML/);
});

test.run();
