import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ENDPOINTS } from "../endpoints.ts";
import { COMMAND_NAMES } from "./command-names.ts";
import { openApiDocument } from "./openapi-document.ts";

const test = suite("the commands of a shell");

interface Document {
  paths: Record<
    string,
    Record<string, { "x-cli-name"?: string; parameters?: Record<string, unknown>[] }>
  >;
}

const { paths } = openApiDocument(ENDPOINTS, "1.0.0") as unknown as Document;
const operations = Object.values(paths).flatMap((methods) => Object.values(methods));

test("have a name each, which no other has", () => {
  const names = operations.map((operation) => operation["x-cli-name"] ?? "none");
  assert.equal(names.toSorted(), Object.values(COMMAND_NAMES).toSorted());
  assert.is(new Set(names).size, names.length);
  for (const name of names) assert.match(name, /^[a-z]+(-[a-z]+)*$/);
});

test("take no parameter that is of no use in a shell", () => {
  const parameters = operations.flatMap((operation) => operation.parameters ?? []);
  const ignored = parameters.filter((parameter) => parameter["x-cli-ignore"] === true);
  const names = new Set(ignored.map((parameter) => String(parameter["name"])));
  assert.equal([...names].toSorted(), ["If-None-Match", "skip"]);
  const kept = parameters.filter((parameter) => parameter["x-cli-ignore"] === undefined);
  assert.not(kept.some((parameter) => names.has(String(parameter["name"]))));
});

test.run();
