/**
 * The fields of a tenant that come from outside, as JSON Schema. Each `description` ends the sentence
 * "<field> must be …" that a caller reads when the field breaks its schema.
 *
 * @module
 */
import type { JSONSchema } from "json-schema-to-ts";

/** Letters and marks of any script, digits, space and - . & ' , but not only signs. */
function namePattern(atLeast: number, atMost: number): string {
  return `^(?=.*[\\p{L}\\p{N}])(?! )[\\p{L}\\p{M}\\p{N} .&',-]{${atLeast},${atMost}}(?<! )$`;
}

export const organizationSchema = {
  type: "string",
  pattern: namePattern(2, 100),
  description:
    "2 to 100 letters, digits, spaces or any of - . & ' , with a letter or digit among them and no space at either end",
  examples: ["Acme & Co"],
} as const satisfies JSONSchema;

export const personNameSchema = {
  type: "string",
  pattern: namePattern(1, 100),
  description:
    "1 to 100 letters, digits, spaces or any of - . & ' , with a letter or digit among them and no space at either end",
  examples: ["Ada"],
} as const satisfies JSONSchema;

/** A DNS label (RFC 1123), but not an internationalised one. DNS does not tell case. */
export const subdomainSchema = {
  type: "string",
  pattern: "^(?![xX][nN]--)[a-zA-Z0-9][a-zA-Z0-9-]{1,28}[a-zA-Z0-9]$",
  description: "3 to 30 letters a to z, digits or hyphens, with no hyphen at either end",
  examples: ["acme"],
} as const satisfies JSONSchema;

/** As browsers check <input type=email>: https://html.spec.whatwg.org/#valid-e-mail-address */
export const emailSchema = {
  type: "string",
  maxLength: 254,
  pattern:
    "^[a-zA-Z0-9.!#$%&'*+\\/=?^_`{|}~-]+@" +
    "[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?" +
    "(?:\\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$",
  description: "an e-mail address of 254 characters at most",
  examples: ["office@acme.example"],
} as const satisfies JSONSchema;

export const tenantIdSchema = {
  type: "string",
  pattern: "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
  description: "a UUID in lower case",
  examples: ["0c16443d-3d8e-4c0d-b43c-ac1174140611"],
} as const satisfies JSONSchema;
