/**
 * Holds an answer of the API to what its own OpenAPI document says of it.
 *
 * @module
 */
import { Ajv2020 } from "ajv/dist/2020.js";
import * as assert from "uvu/assert";

export interface SeenAnswer {
  status: number;
  headers: Headers;
  text: string;
}

type Json = Record<string, unknown>;

interface Header {
  required?: boolean;
}

interface Response {
  headers?: Record<string, unknown>;
  content?: Record<string, unknown>;
}

export type AnswerCheck = ReturnType<typeof createAnswerCheck>;

/** Makes the check of a document. It throws when an answer is none that the document knows. */
export function createAnswerCheck(document: Json) {
  const ajv = new Ajv2020({
    strict: false,
    formats: { "date-time": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/ },
  });
  ajv.addSchema(closed(document) as object, "openapi");
  const paths = document["paths"] as Record<string, Record<string, { responses: Json }>>;

  /** The response of the document, and the JSON pointer to it. */
  function find(method: string, path: string, status: number): [Response, string] {
    const problem = "/components/responses/Malformed";
    const template = Object.keys(paths).find((known) => templateOf(known).test(path));
    const operation = (method === "HEAD" ? "GET" : method).toLowerCase();
    const responses = template === undefined ? null : paths[template]?.[operation]?.responses;
    if (template === undefined || !responses) {
      const expected = template === undefined ? [400, 404, 413, 415] : [400, 405, 413, 415];
      assert.ok(expected.includes(status), `${method} ${path}: ${status}`);
      return [resolve(document, problem) as Response, problem];
    }
    assert.ok(String(status) in responses, `${method} ${path}: ${status} is unknown`);
    const pointer = `/paths/${escaped(template)}/${operation}/responses/${status}`;
    return followed(responses[status], pointer) as [Response, string];
  }

  /** What stands there, or what it refers to, with the pointer to it. */
  function followed(value: unknown, pointer = ""): [unknown, string] {
    const { $ref } = value as { $ref?: string };
    return $ref === undefined
      ? [value, pointer]
      : [resolve(document, $ref.slice(1)), $ref.slice(1)];
  }

  return (method: string, target: string, { status, headers, text }: SeenAnswer): void => {
    const path = target.replace(/[?#].*/, "");
    if (method === "OPTIONS" && status === 204) return;
    const name = `${method} ${path}: ${status}`;
    const [response, pointer] = find(method, path, status);
    for (const [header, spec] of Object.entries(response.headers ?? {})) {
      const [{ required = false }] = followed(spec) as [Header, string];
      if (required) assert.ok(headers.has(header), `${name}: ${header} is missing`);
    }
    for (const header of ["Location", "ETag", "Retry-After", "WWW-Authenticate"]) {
      const isKnown = header in (response.headers ?? {});
      assert.ok(!headers.has(header) || isKnown, `${name}: ${header} is not documented`);
    }
    const [type] = Object.keys(response.content ?? {});
    if (type === undefined || method === "HEAD") {
      assert.is(text, "", `${name} has a body`);
      return;
    }
    assert.is(headers.get("content-type"), type, name);
    const schema = `openapi#${pointer}/content/${escaped(type)}/schema`;
    const isValid = ajv.getSchema(schema)?.(JSON.parse(text));
    assert.ok(isValid, `${name}: ${ajv.errorsText(ajv.getSchema(schema)?.errors)} in ${text}`);
  };
}

/** The document says nothing of fields that may come later; a test says that none came unnoticed. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.fromEntries(
    Object.entries(value).map(([key, field]) => [key, closed(field)]),
  );
  return "properties" in value ? { additionalProperties: false, ...fields } : fields;
}

function templateOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(/\{[^}]+\}/g, "[^/]+")}((?<=[^/])/)?$`);
}

function escaped(key: string): string {
  return encodeURIComponent(key.replaceAll("~", "~0").replaceAll("/", "~1"));
}

function resolve(document: Json, pointer: string): unknown {
  const keys = pointer.split("/").slice(1);
  return keys.reduce<unknown>((value, key) => (value as Json)[key], document);
}
