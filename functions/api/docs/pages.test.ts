import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DOCS_ASSETS, readDocsFile } from "./pages.ts";
import type { DocsFile } from "./pages.ts";

const test = suite("the pages that show the API");

const PATHS = ["/docs", "/docs/", "/redoc", "/redoc/"];

async function read(path: string): Promise<DocsFile & { text: string }> {
  const file = await readDocsFile(path);
  assert.ok(file, path);
  return { ...file, text: Buffer.from(file.body).toString() };
}

/** What a browser at this path asks for, without the prefix that it sees before every path. */
function urlsOf(html: string, path: string): string[] {
  const prefix = "https://functions.example/api";
  const attributes = html.matchAll(/(?:src|href|data-openapi)="(?!data:)([^"]+)"/g);
  return [...attributes].map(([, url = ""]) => {
    const { href } = new URL(url, `${prefix}${path}`);
    assert.ok(href.startsWith(`${prefix}/`), `${href} is not behind the prefix`);
    return href.slice(prefix.length);
  });
}

for (const path of PATHS) {
  test(`${path} loads only what is there, behind any prefix`, async () => {
    const { text } = await read(path);
    const [document, ...assets] = urlsOf(text, path).toSorted((a, b) => depth(a) - depth(b));
    assert.is(document, "/openapi.json");
    assert.ok(assets.length >= 3);
    for (const asset of assets) assert.ok(await readDocsFile(asset), asset);
  });

  test(`${path} has no script or style of its own, and a policy that would stop one`, async () => {
    const { text, headers } = await read(path);
    assert.not.match(text, /<script[^>]*>[^<]|<style| style=| on[a-z]+=/);
    assert.match(headers["Content-Security-Policy"] ?? "", /script-src 'self';/);
  });
}

function depth(path: string): number {
  return path.split("/").length;
}

test("every file of the list is there, with its type", async () => {
  for (const { path } of DOCS_ASSETS) {
    const { contentType, text } = await read(path);
    assert.match(contentType, /^text\/(css|javascript|plain); charset=utf-8$/);
    assert.ok(text.length > 0, path);
  }
});

test("only what has a version in its path is cached for ever", async () => {
  for (const path of [...PATHS, ...DOCS_ASSETS.map((asset) => asset.path)]) {
    const { headers } = await read(path);
    const isForever = headers["Cache-Control"]?.includes("immutable");
    assert.is(isForever, /-\d+\.\d+\.\d+\//.test(path), path);
  }
});

test("nothing that is not listed is read", async () => {
  const bundle = DOCS_ASSETS.find(({ name }) => name === "swagger-ui-bundle.js")?.path ?? "";
  for (const path of [
    "/",
    "/docs/docs.ts",
    "/docs/../docs.ts",
    "/docs/%2e%2e/docs.ts",
    `${bundle}/`,
    bundle.replace("bundle.js", "bundle.js.map"),
    "/docs/__proto__",
    "constructor",
  ]) {
    assert.is(await readDocsFile(path), null, path);
  }
});

test("ReDoc loads no logo from its maker", async () => {
  const bundle = DOCS_ASSETS.find(({ name }) => name === "redoc.standalone.js");
  const { text } = await read(bundle?.path ?? "");
  assert.not.match(text, /cdn\.redoc\.ly/);
});

test.run();
