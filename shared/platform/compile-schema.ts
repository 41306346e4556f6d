/**
 * From a JSON Schema to what checks a value by it. A build puts code in the place of this module that was
 * compiled beforehand (`scripts/build/validators.ts`): compiling takes longer than all else that a function
 * does before its first answer.
 *
 * @module
 */
import { Ajv2020 } from "ajv/dist/2020.js";
import type { ErrorObject, Options } from "ajv/dist/2020.js";

/** Checks a value, fills in defaults, and says by `errors` what was wrong with the last one. */
export interface Check {
  (value: unknown): boolean;
  errors?: ErrorObject[] | null;
}

export const AJV_OPTIONS: Options = {
  allErrors: true,
  verbose: true,
  strictRequired: false,
  useDefaults: true,
};

const ajv = new Ajv2020(AJV_OPTIONS);

/** Compiles a schema. */
export function compileSchema(schema: object): Check {
  return ajv.compile(schema);
}
