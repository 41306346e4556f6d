/**
 * CommonJS packages that load what they need when they need it, not all of it at once.
 *
 * Compiled TypeScript requires every module at the top of a file, and a package's index requires all of the
 * package. Here such a module is required at its first use instead, as bundlers for phones have long done
 * (https://metrobundler.dev/docs/configuration/#inlinerequires). What is never used is never run.
 *
 * Only the forms that TypeScript's compiler writes are changed, and of a name that it has not made up itself
 * only where the file does nothing but export it. What modules do when they are loaded, they do later or
 * never; the tests of the built functions show that nothing here rests on it.
 *
 * @module
 */
import type { Plugin } from "esbuild";
import { readFile } from "node:fs/promises";

/** The line of a file that requires a module: the name, the call around `require`, and the path in quotes. */
const REQUIRE =
  /^(?:const|let|var) (\w+) = (?:(__importStar|__importDefault)\()?require\(("[^"]+"|'[^']+')\)\)?;$/gm;

/** The line of a file that exports a required module, or a part of one, under a name. */
const EXPORT =
  /^exports\.(\w+) = (required\.\w+(?:\??\.\w+)*|(?:__importStar\()?require\((?:"[^"]+"|'[^']+')\)\)?);$/gm;

/** Packages whose files are compiled TypeScript. */
const PACKAGES =
  /node_modules\/(@google-cloud|google-gax|@grpc|google-auth-library|gaxios|gcp-metadata|@opentelemetry|google-logging-utils|proto3-json-serializer)\/.*\.js$/;

/** The bundler's plugin that does it. */
export const lateRequires: Plugin = {
  name: "late-requires",
  setup(build) {
    build.onLoad({ filter: PACKAGES }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      const contents = requireLate(source);
      return contents === source ? null : { contents, loader: "js" };
    });
  },
};

/** A CommonJS module's text, changed so. One that is no such module stays as it is. */
export function requireLate(source: string): string {
  if (!/^Object\.defineProperty\(exports, "__esModule"/m.test(source)) return source;
  const modules = new Map<string, string>();
  let text = source.replaceAll(REQUIRE, (line, name: string, wrapper = "", path: string) => {
    if (!isAlone(source, name)) return line;
    modules.set(name, `${wrapper}(require(${path}))`);
    return "";
  });
  for (const name of modules.keys()) {
    text = text.replaceAll(reference(name), `required.${name}`);
  }
  return `${requiredObject(modules)}${text.replaceAll(EXPORT, exportLate)}`;
}

/** Not a property, nor a key of an object. */
function reference(name: string): RegExp {
  return new RegExp(`(?<![\\w$.])${name}\\b(?!\\s*:)`, "g");
}

/**
 * Whether a name is the compiler's own, which it numbers, or one that the file does nothing with but to export
 * it. Any other could be somebody else's as well: a variable's in a function, or a word in a text.
 */
function isAlone(source: string, name: string): boolean {
  if (/_\d+$/.test(name)) return true;
  const lines = source
    .split("\n")
    .filter((line) => new RegExp(`(?<![.\\w$])${name}\\b`).test(line));
  const exported = new RegExp(`^exports\\.\\w+ = ${name}(\\??\\.\\w+)*;$`);
  const required = new RegExp(`^(?:const|let|var) ${name} = [\\w(]*require\\(`);
  return lines.every((line) => exported.test(line) || required.test(line));
}

function exportLate(_line: string, name: string, value: string): string {
  return `Object.defineProperty(exports, "${name}", { enumerable: true, configurable: true, get: () => ${value} });`;
}

/** Holds each module from its first use on. */
function requiredObject(modules: Map<string, string>): string {
  if (modules.size === 0) return "";
  const getters = [...modules].map(
    ([name, value]) =>
      `get ${name}() { const value = ${value}; Object.defineProperty(this, "${name}", { value }); return value; }`,
  );
  return `"use strict"; var required = { ${getters.join(", ")} };\n`;
}
