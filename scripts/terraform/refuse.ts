/**
 * What a provider refuses of a configuration that fits its schema: values of attributes that can only be
 * read, and texts that are none of the possible values.
 *
 * @module
 */
import type { Attribute, Block } from "./provider-schema.ts";

/** Where something stands in a configuration: names of fields, and places in lists. */
export type Path = (string | number)[];

export interface Refusal {
  path: Path;
  summary: string;
  detail: string;
}

/**
 * Everything to refuse in a configuration as it comes over the wire. There an unset value is null, and
 * one that is not yet known is neither a text nor a list.
 */
export function refuse(block: Block, config: unknown, at: Path = []): Refusal[] {
  if (!isObject(config)) return [];
  const inAttributes = Object.entries(block.attributes).flatMap(([name, attribute]) =>
    refuseValue(attribute, config[name], [...at, name]),
  );
  const inBlocks = Object.entries(block.blocks).flatMap(([name, nested]) => {
    const path = [...at, name];
    if (nested.nesting === "single") return refuse(nested, config[name], path);
    return listOf(config[name]).flatMap((one, index) =>
      // A set has no places: what is in it is pointed at as a whole.
      refuse(nested, one, nested.nesting === "list" ? [...path, index] : path),
    );
  });
  return [...inAttributes, ...inBlocks];
}

function refuseValue({ is, values }: Attribute, value: unknown, path: Path): Refusal[] {
  const name = path.findLast((step) => typeof step === "string") ?? "";
  if (value === null || value === undefined) return [];
  if (is === "computed") {
    return [
      {
        path,
        summary: `${name} cannot be set`,
        detail: "Its value is decided when the configuration is applied.",
      },
    ];
  }
  return listOf(value)
    .filter((text) => typeof text === "string" && values !== undefined && !values.includes(text))
    .map((text) => ({
      path,
      summary: `${name} cannot be "${String(text)}"`,
      detail: `Possible values: ${values?.join(", ")}.`,
    }));
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [value];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
