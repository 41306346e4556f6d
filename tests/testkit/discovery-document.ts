/**
 * Calls to a Google API, held to what its discovery document says of its methods, parameters and fields
 * (https://developers.google.com/discovery/v1/reference/apis).
 *
 * @module
 */
import { readFileSync } from "node:fs";

interface Method {
  httpMethod: string;
  /** A URI template of one name, `{+name}`, and what follows it. */
  path: string;
  parameters: Record<string, { location: "path" | "query"; pattern?: string; required?: true }>;
  /** Of the body. */
  request?: string;
  response: string;
}

interface Field {
  $ref?: string;
  type?: "string" | "boolean" | "integer" | "object" | "array" | "any";
  enum?: string[];
  items?: Field;
  additionalProperties?: Field;
  readOnly?: true;
}

interface Discovery {
  rootUrl: string;
  methods: Record<string, Method>;
  schemas: Record<string, Record<string, Field>>;
}

/** A call as it comes over the wire. */
export interface DiscoveredCall {
  httpMethod: string;
  /** From the root, without a slash before it. */
  path: string;
  query: Record<string, string>;
  body: unknown;
}

/** A call that the document knows. */
export interface KnownCall {
  method: string;
  /** The name in the path: of the resource, or of its parent. */
  name: string;
}

/** Reads a document from the fixtures. */
export function readDiscovery(file: string) {
  const url = new URL(`../fixtures/${file}`, import.meta.url);
  const { rootUrl, methods, schemas } = JSON.parse(readFileSync(url, "utf8")) as Discovery;

  /** What is wrong with a value by a schema, at a path. */
  function faultsOf(value: unknown, field: Field, at: string, isInput: boolean): string[] {
    if (isInput && field.readOnly) return [`${at} is for output only`];
    if (field.$ref !== undefined) return objectFaults(value, schemas[field.$ref], at, isInput);
    switch (field.type) {
      case "array": {
        const { items = {} } = field;
        if (!Array.isArray(value)) return [`${at} is no array`];
        return value.flatMap((item, index) => faultsOf(item, items, `${at}[${index}]`, isInput));
      }
      case "object":
        return Object.entries(value as object).flatMap(([name, one]) =>
          faultsOf(one, field.additionalProperties ?? {}, `${at}.${name}`, isInput),
        );
      case "string":
        if (typeof value !== "string") return [`${at} is no text`];
        return field.enum && !field.enum.includes(value) ? [`${at} may not be ${value}`] : [];
      case "boolean":
        return typeof value === "boolean" ? [] : [`${at} is no boolean`];
      case "integer":
        return Number.isInteger(value) ? [] : [`${at} is no integer`];
      default:
        return [];
    }
  }

  function objectFaults(
    value: unknown,
    fields: Record<string, Field> | undefined,
    at: string,
    isInput: boolean,
  ): string[] {
    if (fields === undefined) return [`${at} has no schema`];
    if (typeof value !== "object" || value === null) return [`${at} is no object`];
    return Object.entries(value).flatMap(([name, one]) => {
      const field = fields[name];
      const path = `${at}.${name}`;
      return field === undefined ? [`${path} is not known`] : faultsOf(one, field, path, isInput);
    });
  }

  /** The method that a call is one of; null where it is none. */
  function match({ httpMethod, path }: DiscoveredCall): KnownCall | null {
    for (const [id, method] of Object.entries(methods)) {
      if (method.httpMethod !== httpMethod) continue;
      const [, variable = "", rest = ""] = /^v1\/\{\+(\w+)\}(.*)$/.exec(method.path) ?? [];
      if (!path.startsWith("v1/") || !path.endsWith(rest)) continue;
      const name = path.slice("v1/".length, path.length - rest.length);
      const { pattern = "^$" } = method.parameters[variable] ?? {};
      if (new RegExp(pattern).test(name)) return { method: id, name };
    }
    return null;
  }

  return {
    rootUrl,
    methods: Object.keys(methods),
    /** Which method a call is, or what is wrong with it. */
    judge(call: DiscoveredCall): KnownCall | { faults: string[] } {
      const known = match(call);
      const method = known && methods[known.method];
      if (!known || !method) return { faults: [`there is no ${call.httpMethod} ${call.path}`] };
      const unknown = Object.keys(call.query).filter(
        (name) => method.parameters[name]?.location !== "query",
      );
      const missing = Object.entries(method.parameters).filter(
        ([name, one]) => one.location === "query" && one.required && !(name in call.query),
      );
      const faults = [
        ...unknown.map((name) => `the parameter ${name} is not known`),
        ...missing.map(([name]) => `the parameter ${name} is missing`),
        ...bodyFaults(method.request, call.body),
      ];
      return faults.length > 0 ? { faults } : known;
    },
    /** What is wrong with an answer of a method. */
    judgeAnswer(method: string, answer: unknown): string[] {
      return objectFaults(answer, schemas[methods[method]?.response ?? ""], "answer", false);
    },
  };

  function bodyFaults(schema: string | undefined, body: unknown): string[] {
    if (schema === undefined) return body === undefined ? [] : ["there is a body"];
    return objectFaults(body, schemas[schema], "body", true);
  }
}
