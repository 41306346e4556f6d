/**
 * The validators of a function, compiled: code in the place of `shared/platform/compile-schema.ts`, and so of ajv.
 *
 * @module
 */
import { Ajv2020 } from "ajv/dist/2020.js";
import standaloneCode from "ajv/dist/standalone/index.js";
import type { Plugin } from "esbuild";
import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { AJV_OPTIONS } from "../../shared/platform/compile-schema.ts";
import { parsedSchemas } from "../../shared/platform/schema-parser.ts";
import { repository } from "../repository.ts";

/** The bundler's plugin that puts it there. */
export const compiledValidators: Plugin = {
  name: "compiled-validators",
  setup(build) {
    build.onLoad({ filter: /\/shared\/platform\/compile-schema\.ts$/ }, async ({ path }) => {
      await loadParsers();
      return { contents: validatorsOf(parsedSchemas), loader: "js", resolveDir: dirname(path) };
    });
  },
};

/** Loads every module of ours that makes a parser, or an endpoint with its own, which is when it tells of its schema. */
async function loadParsers(): Promise<void> {
  const paths = globSync("{functions,shared}/**/*.ts", { cwd: repository })
    .filter((path) => !path.endsWith(".test.ts"))
    .map((path) => join(repository, path))
    .filter((path) => /(parserOf|defineEndpoint)\b/i.test(readFileSync(path, "utf8")));
  for (const path of paths) await import(pathToFileURL(path).href);
}

/**
 * A module whose `compileSchema` gives the compiled code of each of these schemas, which it knows by their
 * text. Of another one it throws.
 */
export function validatorsOf(schemas: readonly object[]): string {
  const byText = new Map(schemas.map((schema) => [JSON.stringify(schema), schema]));
  const ajv = new Ajv2020({ ...AJV_OPTIONS, code: { source: true, esm: true } });
  const names = [...byText.values()].map((schema, index) => {
    ajv.addSchema(schema, `schema${index}`);
    return `check${index}`;
  });
  const code = standaloneCode.default(
    ajv,
    Object.fromEntries(names.map((name, index) => [name, `schema${index}`])),
  );
  const entries = [...byText.keys()].map((text, index) => [JSON.stringify(text), names[index]]);
  return `${code}
const checks = new Map([${entries.map(([text, name]) => `[${text}, ${name}]`).join(",\n")}]);
export function compileSchema(schema) {
  const check = checks.get(JSON.stringify(schema));
  if (check === undefined) throw new Error("The build has not compiled this schema.");
  return check;
}
`;
}
