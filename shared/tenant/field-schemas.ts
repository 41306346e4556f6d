/**
 * The fields of a tenant that come from outside, as JSON Schema. Each `description` ends the sentence
 * "<field> must be …" that a caller reads when the field breaks its schema.
 *
 * The patterns look neither ahead nor behind, since clients in other languages check by them too, and
 * not all of their engines can.
 *
 * @module
 */
import type { JSONSchema } from "json-schema-to-ts";
import { OPERATION_ID_PATTERN, TENANT_ID_PATTERN } from "./names.ts";

/** Letters and marks of any script, digits, space and - . & ' , without a space at either end. */
const NAME = "^[\\p{L}\\p{M}\\p{N}.&',-]([\\p{L}\\p{M}\\p{N} .&',-]*[\\p{L}\\p{M}\\p{N}.&',-])?$";
const LETTER_OR_DIGIT = "[\\p{L}\\p{N}]";

/** Every sign of ASCII that no name may hold, as a part of a character class in any engine. */
const OTHER_SIGNS = '\\x00-\\x1f\\x7f!"#$%()*+/:;<=>?@\\[\\\\\\]^_`{|}~';

/**
 * What a document for clients says in the place of a pattern that not every language's engine takes: `\p{…}` is unknown
 * to Python's. It lets through whatever the pattern does, and of other scripts some signs more.
 */
export const PORTABLE_PATTERNS: ReadonlyMap<string, string> = new Map([
  [NAME, `^[^ ${OTHER_SIGNS}]([^${OTHER_SIGNS}]*[^ ${OTHER_SIGNS}])?$`],
  [LETTER_OR_DIGIT, `[^ .&',${OTHER_SIGNS}-]`],
]);

/** The name of an organization or a person: not of signs alone. */
function nameSchema(atLeast: number) {
  const description =
    `${atLeast} to 100 letters, digits, spaces or any of - . & ' , ` +
    "with a letter or digit among them and no space at either end";
  return {
    type: "string",
    minLength: atLeast,
    maxLength: 100,
    pattern: NAME,
    allOf: [{ pattern: LETTER_OR_DIGIT, description }],
    description,
  } as const;
}

export const organizationSchema = {
  ...nameSchema(2),
  examples: ["Acme & Co"],
} as const satisfies JSONSchema;

export const firstNameSchema = {
  ...nameSchema(1),
  examples: ["Ada"],
} as const satisfies JSONSchema;

export const lastNameSchema = {
  ...nameSchema(1),
  examples: ["Lovelace"],
} as const satisfies JSONSchema;

/** A DNS label (RFC 1123), but not an internationalised one. DNS does not tell case. */
export const subdomainSchema = {
  type: "string",
  pattern: "^[a-zA-Z0-9][a-zA-Z0-9-]{1,28}[a-zA-Z0-9]$",
  // The type, for a pattern holds for whatever is no text.
  not: { type: "string", pattern: "^[xX][nN]--" },
  description:
    "3 to 30 letters a to z, digits or hyphens, with no hyphen at either end and no xn-- before it",
  examples: ["acme"],
} as const satisfies JSONSchema;

const ATOM = "[a-zA-Z0-9!#$%&'*+\\/=?^_`{|}~-]+";
const LABEL = "[a-zA-Z0-9]+(?:-+[a-zA-Z0-9]+)*";

/**
 * What Frappe takes for the address of a user (EMAIL_MATCH_PATTERN of frappe/utils/__init__.py, and the 140
 * characters of User's name), so that nobody learns minutes later that it does not. Written so that no text
 * has two ways through it: the time for a long one grows with its length, not with its square.
 */
export const emailSchema = {
  type: "string",
  maxLength: 140,
  pattern: `^${ATOM}(?:\\.${ATOM})*@(?:${LABEL}\\.)+${LABEL}$`,
  description:
    "an e-mail address of 140 characters at most, with a dot in its domain and no dots side by side or at an end",
  examples: ["office@acme.example"],
} as const satisfies JSONSchema;

/** Neither a control character nor, at an end, a space. */
export const reasonSchema = {
  type: "string",
  maxLength: 200,
  pattern: "^[^\\x00-\\x20\\x7f-\\x9f]([^\\x00-\\x1f\\x7f-\\x9f]*[^\\x00-\\x20\\x7f-\\x9f])?$",
  description: "1 to 200 printable characters with no space at either end",
  examples: ["The customer's bookkeeper is locked out (ticket 4711)"],
} as const satisfies JSONSchema;

export const tenantIdSchema = {
  type: "string",
  pattern: TENANT_ID_PATTERN,
  title: "The tenant's id",
  description: "a UUID in lower case",
  examples: ["0c16443d-3d8e-4c0d-b43c-ac1174140611"],
} as const satisfies JSONSchema;

export const backupIdSchema = {
  type: "string",
  pattern: TENANT_ID_PATTERN,
  title: "The backup's id",
  description: "a UUID in lower case",
  examples: ["5bf5a8e1-1c5e-4a53-9a70-3d1b0d1f6b1e"],
} as const satisfies JSONSchema;

export const rolloutIdSchema = {
  type: "string",
  pattern: TENANT_ID_PATTERN,
  title: "The rollout's id",
  description: "a UUID in lower case",
  examples: ["0b0e7a52-7c8e-4c1e-9b7e-0d5a3f9f3a10"],
} as const satisfies JSONSchema;

/** That there is such a time zone, no pattern can say. */
export const timeZoneSchema = {
  type: "string",
  maxLength: 64,
  pattern: "^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$",
  description: "the name of a time zone, such as Europe/Berlin",
  examples: ["Europe/Berlin"],
} as const satisfies JSONSchema;

export const operationIdSchema = {
  type: "string",
  pattern: OPERATION_ID_PATTERN,
  title: "The operation's id",
  description: "a tenant's id, a generation and an attempt, with dots between",
  examples: ["0c16443d-3d8e-4c0d-b43c-ac1174140611.1.1"],
} as const satisfies JSONSchema;
