/**
 * What a custom domain may look like, as JSON Schema. What more is asked of a new one, the endpoint says in sentences of
 * its own. Pure.
 *
 * @module
 */
import type { JSONSchema } from "json-schema-to-ts";

const LABEL = "[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?";

/** The form of a domain that may be on record: ASCII, with a dot. */
export const DOMAIN_PATTERN = `^(${LABEL}\\.)+${LABEL}$`;

/** A domain in a path. */
export const domainSchema = {
  type: "string",
  maxLength: 237,
  pattern: DOMAIN_PATTERN,
  title: "The domain",
  description: "a domain name in ASCII, such as shop.example.com",
  examples: ["shop.example.com"],
} as const satisfies JSONSchema;

/** A domain as a caller may write it: also with the letters of any script. */
export const givenDomainSchema = {
  type: "string",
  maxLength: 253,
  pattern: "^\\S+$",
  description: "a domain name of 1 to 253 characters without space, such as shop.example.com",
  examples: ["shop.example.com"],
} as const satisfies JSONSchema;
