/**
 * What all groups of settings share: from an environment and a schema to values, or to every mistake at once, each naming
 * its setting. A value is never quoted, since it may be a secret.
 *
 * @module
 */
import type { FromSchema, JSONSchema } from "json-schema-to-ts";
import { parserOf } from "../platform/schema-parser.ts";
import type { Environment } from "./setting-types.ts";
import type { FieldError } from "../platform/schema-parser.ts";

/** The environment does not hold usable settings. Each problem is a sentence. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
  readonly problems: string[];

  constructor(problems: string[]) {
    super(`Settings: ${problems.join(" ")}`);
    this.problems = problems;
  }
}

/** A group of settings: every property is one, named as in the environment. */
interface SettingsSchema {
  type: "object";
  properties: Readonly<Record<string, Setting>>;
}

interface Setting {
  type: "string" | "integer" | "number";
  default?: string | number;
  /** Ends the sentence "NAME must be …". */
  description: string;
}

/** Makes a parser of a group of settings. It throws a `SettingsError` that names every mistake. */
export function settingsParserOf<const S extends JSONSchema & SettingsSchema>(
  schema: S,
): (env: Environment) => FromSchema<S> {
  const parse = parserOf<JSONSchema>(schema);
  return (env) => {
    const values = Object.fromEntries(
      Object.entries(schema.properties).map(([name, setting]) => [
        name,
        valueOf(env, name, setting),
      ]),
    );
    const parsed = parse(values);
    if (parsed.ok) return parsed.value as FromSchema<S>;
    throw new SettingsError(parsed.errors.map((error) => toProblem(error, schema, values)));
  };
}

/** What an environment says of a setting. A text that is no number is left for the schema to refuse. */
function valueOf(env: Environment, name: string, setting: Setting): unknown {
  const text = textOf(env, name);
  if (text === undefined) return setting.default;
  // Neither ajv's own coercion nor Number() alone: both take "0x10" and "1e2" for numbers.
  const isNumber = setting.type !== "string" && /^\d+(\.\d+)?$/.test(text);
  return isNumber ? Number(text) : text;
}

/** A setting that is empty, or nothing but space, is not set. */
export function textOf(env: Environment, name: string): string | undefined {
  return env[name]?.trim() || undefined;
}

function toProblem(
  { pointer, message }: FieldError,
  { properties }: SettingsSchema,
  values: Readonly<Record<string, unknown>>,
): string {
  const name = pointer.slice(1);
  if (values[name] !== undefined) return `${message}.`;
  return `${name} is not set: it must be ${properties[name]?.description}.`;
}

/** The items of a comma-separated list. */
export function toList(text = ""): string[] {
  return text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}
