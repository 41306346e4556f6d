/**
 * The parameters that several endpoints take: in their paths, or by virtue of their method or their answers. Pure.
 *
 * @module
 */
import type { JSONSchema } from "json-schema-to-ts";
import { domainSchema } from "../../../shared/domains/domain-schemas.ts";
import {
  backupIdSchema,
  operationIdSchema,
  rolloutIdSchema,
  tenantIdSchema,
} from "../../../shared/tenant/field-schemas.ts";

/** What may stand in a path, by the name that it has in a template. */
export const PATH_PARAMETERS = {
  id: tenantIdSchema,
  op: operationIdSchema,
  domain: domainSchema,
  backup: backupIdSchema,
  rollout: rolloutIdSchema,
} as const;
export type PathParameter = keyof typeof PATH_PARAMETERS;

/** A repeated request is recognised by it: https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/ */
export const idempotencyKeySchema = {
  type: "string",
  title: "Fresh for each request, and the same when it is repeated",
  pattern: "^[\\x21-\\x7e]{1,255}$",
  description: "1 to 255 visible ASCII characters, such as a UUID",
} as const satisfies JSONSchema;

/** The header `If-None-Match`. */
export const ifNoneMatchSchema = {
  type: "string",
  title: "What the caller has already",
  description: "the `ETag` of an earlier answer",
} as const satisfies JSONSchema;

/** The parameter of a list by which a caller goes on where a page has ended. */
export const pageTokenSchema = {
  type: "string",
  title: "Where to go on",
  // A damaged record's subdomain can be as long as Firestore orders by: 1500 bytes.
  pattern: "^[A-Za-z0-9_-]{1,2200}$",
  description: "the next_page_token of an earlier answer",
} as const satisfies JSONSchema;

/** The parameter by which tenants are seen whose deletion can be taken back. */
export const showDeletedSchema = {
  type: "boolean",
  title: "Whether a tenant is seen too whose deletion can be taken back",
  description: "true, or false as without it",
} as const satisfies JSONSchema;

/** The parameter of a command by which it is only tried. */
export const validateOnlySchema = {
  type: "boolean",
  title: "Whether nothing is done but to say what would be",
  description: "true, or false as without it",
} as const satisfies JSONSchema;
