/**
 * A Terraform provider's schema, as far as `validate` and `test` need it, in the form of
 * `terraform/schema/google.json`, `google-beta.json` beside it and `terraform/cluster/schema/helm.json`.
 *
 * @module
 */
import { readFileSync } from "node:fs";

export interface ProviderSchema {
  /** Where it is from and how it was made, for whoever opens the file. */
  provenance: Readonly<Record<string, string>>;
  provider: Block;
  resources: Readonly<Record<string, Block>>;
  dataSources: Readonly<Record<string, Block>>;
}

export interface Block {
  attributes: Record<string, Attribute>;
  blocks: Record<string, NestedBlock>;
}

export interface Attribute {
  type: AttributeType;
  is: "required" | "optional" | "computed" | "optional computed";
  /** The values that a text, or each text of a list, may have; without it, any. */
  values?: string[];
  /** Whether it is sent and never kept in the state. */
  writeOnly?: boolean;
}

/** A type as Terraform writes it in JSON. */
export type AttributeType =
  | "string"
  | "number"
  | "bool"
  | ["list" | "set" | "map", AttributeType]
  | ["object", Record<string, AttributeType>];

export interface NestedBlock extends Block {
  nesting: "single" | "list" | "set";
  /** How many there must be, and may be at most; 0 is no limit. */
  min: number;
  max: number;
}

/** Where the schema of each provider is, by the provider's address. */
export const SCHEMAS = {
  "hashicorp/google": new URL("../../terraform/schema/google.json", import.meta.url),
  "hashicorp/google-beta": new URL("../../terraform/schema/google-beta.json", import.meta.url),
  "hashicorp/helm": new URL("../../terraform/cluster/schema/helm.json", import.meta.url),
};

/** The schemas of all providers, by their addresses. */
export function readSchemas(): Record<string, ProviderSchema> {
  return Object.fromEntries(
    Object.entries(SCHEMAS).map(([address, file]) => [
      address,
      JSON.parse(readFileSync(file, "utf8")) as ProviderSchema,
    ]),
  );
}
