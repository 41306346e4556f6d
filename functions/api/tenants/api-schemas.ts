/**
 * What callers send and what they are answered, as JSON Schema. Types, validators and the OpenAPI
 * document all come from here.
 *
 * @module
 */
import type { FromSchema, JSONSchema } from "json-schema-to-ts";
import {
  emailSchema,
  firstNameSchema,
  lastNameSchema,
  organizationSchema,
  subdomainSchema,
  tenantIdSchema,
} from "../../../shared/tenant/field-schemas.ts";
import { PHASES, DESIRED_STATES } from "../../../shared/tenant/tenant.ts";

/** Names that no customer may have, since they are, or look like, the company's own. */
export const RESERVED_SUBDOMAINS: ReadonlySet<string> = new Set(
  (
    "www api app admin mail ftp demo test staging dev beta cdn static assets help support docs " +
    "status smtp control panel dashboard"
  ).split(" "),
);

/** The name by which the service that this one replaces knew an organization. */
const schoolNameSchema = { ...organizationSchema, deprecated: true } as const;

/** What need not be given may be null, too: so some clients say that they have nothing to say. */
function orNull<const S extends { type: "string" }>(
  schema: S,
): Omit<S, "type"> & { type: readonly ["string", "null"] } {
  return { ...schema, type: ["string", "null"] };
}

export const createTenantSchema = {
  type: "object",
  additionalProperties: false,
  description: "a JSON object",
  required: ["email"],
  oneOf: [{ required: ["organization"] }, { required: ["school_name"] }],
  properties: {
    organization: organizationSchema,
    school_name: schoolNameSchema,
    subdomain: orNull(subdomainSchema),
    email: emailSchema,
    first_name: orNull(firstNameSchema),
    last_name: orNull(lastNameSchema),
  },
} as const satisfies JSONSchema;
export type CreateTenant = FromSchema<typeof createTenantSchema>;

export const changeTenantSchema = {
  type: "object",
  additionalProperties: false,
  minProperties: 1,
  not: {
    required: ["organization", "school_name"],
    properties: { organization: {}, school_name: {} },
  },
  description:
    "a JSON object with at least one of organization and email, and only one of organization and school_name",
  properties: {
    organization: organizationSchema,
    school_name: schoolNameSchema,
    email: emailSchema,
  },
} as const satisfies JSONSchema;
export type ChangeTenant = FromSchema<typeof changeTenantSchema>;

const statusSchema = {
  type: "string",
  enum: PHASES,
  description: `one of ${PHASES.join(", ")}`,
} as const satisfies JSONSchema;

const skipSchema = {
  type: "integer",
  deprecated: true,
  title: "How many tenants to leave out; better follow page_token",
  minimum: 0,
  maximum: 1_000_000,
  default: 0,
  description: "a whole number from 0 to 1000000",
} as const;

export const listQuerySchema = {
  type: "object",
  properties: {
    skip: skipSchema,
    limit: {
      type: "integer",
      title: "How many tenants a page has at most",
      minimum: 1,
      maximum: 1000,
      default: 100,
      description: "a whole number from 1 to 1000",
    },
    page_token: {
      type: "string",
      title: "Where to go on",
      pattern: "^[A-Za-z0-9_-]{1,200}$",
      description: "the next_page_token of an earlier answer",
    },
    status: { ...statusSchema, title: "Only tenants with this status" },
    email: { ...emailSchema, title: "Only tenants with this e-mail, as it was given" },
  },
} as const satisfies JSONSchema;

/** A repeated request is recognised by it: https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/ */
export const idempotencyKeySchema = {
  type: "string",
  title: "Fresh for each request, and the same when it is repeated",
  pattern: "^[\\x21-\\x7e]{1,255}$",
  description: "1 to 255 visible ASCII characters, such as a UUID",
} as const satisfies JSONSchema;

const time = { type: "string", format: "date-time" } as const;
const text = { type: ["string", "null"] } as const;

const statusFields = {
  id: tenantIdSchema,
  subdomain: { type: "string", description: "The site is at this name below the base domain." },
  status: {
    ...statusSchema,
    description: "What was last verified. `deleting` ends in 404.",
  },
  site_url: { ...text, description: "Where the site is; null until it was verified." },
  error_message: {
    ...text,
    description:
      "Why the newest attempt failed, in the words of what failed; or, while `retryable` is null, what it waits for.",
  },
  step: { ...text, description: "At which step the site Job is, or failed." },
  reason: { ...text, description: "Why the status is what it is, for programs: PascalCase." },
  retryable: {
    type: ["boolean", "null"],
    description: "Whether another attempt may succeed; null while nothing has failed.",
  },
  generation: { type: "integer", description: "Counts the commands: raised by each." },
  observed_generation: {
    type: "integer",
    description:
      "The newest command whose outcome is known; all is settled when it is `generation`.",
  },
  desired: { type: "string", enum: DESIRED_STATES, description: "What is asked for." },
} as const satisfies Record<string, JSONSchema>;

const STATUS_FIELD_NAMES = [
  "id",
  "subdomain",
  "status",
  "site_url",
  "error_message",
  "step",
  "reason",
  "retryable",
  "generation",
  "observed_generation",
  "desired",
] as const satisfies (keyof typeof statusFields)[];

export const tenantStatusSchema = {
  type: "object",
  additionalProperties: false,
  required: STATUS_FIELD_NAMES,
  properties: statusFields,
} as const satisfies JSONSchema;
export type TenantStatus = FromSchema<typeof tenantStatusSchema>;

export const tenantSchema = {
  type: "object",
  additionalProperties: false,
  required: [
    ...STATUS_FIELD_NAMES,
    "organization",
    "email",
    "first_name",
    "last_name",
    "created_at",
    "updated_at",
  ],
  properties: {
    ...statusFields,
    organization: { type: "string" },
    email: { type: "string" },
    first_name: text,
    last_name: text,
    created_at: time,
    updated_at: time,
  },
} as const satisfies JSONSchema;
export type TenantView = FromSchema<typeof tenantSchema>;

export const tenantListSchema = {
  type: "object",
  additionalProperties: false,
  required: ["tenants", "total", "skip", "limit", "has_more", "next_page_token"],
  properties: {
    tenants: { type: "array", items: tenantSchema },
    total: { type: "integer", description: "How many there are in all that pass the filters." },
    skip: { type: "integer" },
    limit: { type: "integer" },
    has_more: { type: "boolean" },
    next_page_token: {
      ...text,
      description: "The `page_token` of the next page; null on the last.",
    },
  },
} as const satisfies JSONSchema;
export type TenantList = FromSchema<typeof tenantListSchema>;

export const createdSchema = {
  type: "object",
  additionalProperties: false,
  required: ["success", "id", "subdomain", "status", "message", "site_url", "tenant_url"],
  properties: {
    success: { type: "boolean", const: true },
    id: tenantIdSchema,
    subdomain: { type: "string" },
    status: statusSchema,
    message: { type: "string" },
    site_url: { type: "string", description: "Where the site will be." },
    tenant_url: {
      type: "string",
      description:
        "The same as `site_url`, where an older frontend sends the browser. `Location` has the tenant's path.",
    },
  },
} as const satisfies JSONSchema;
export type Created = FromSchema<typeof createdSchema>;

export const acceptedSchema = {
  type: "object",
  additionalProperties: false,
  required: ["success", "id", "status", "message"],
  properties: {
    success: { type: "boolean", const: true },
    id: tenantIdSchema,
    status: statusSchema,
    message: { type: "string" },
  },
} as const satisfies JSONSchema;
export type Accepted = FromSchema<typeof acceptedSchema>;

export const serviceSchema = {
  type: "object",
  additionalProperties: false,
  required: ["name", "version", "docs"],
  properties: {
    name: { type: "string" },
    version: { type: "string" },
    docs: { type: "string", description: "The path of the documentation." },
  },
} as const satisfies JSONSchema;
export type ServiceView = FromSchema<typeof serviceSchema>;

export const healthSchema = {
  type: "object",
  additionalProperties: false,
  required: ["status", "database", "gke_connection", "version"],
  properties: {
    status: { type: "string", enum: ["healthy", "unhealthy"] },
    database: { type: "boolean", description: "Whether the database has just answered." },
    gke_connection: {
      type: "boolean",
      description: "Whether the cluster was seen within the last minutes.",
    },
    version: { type: "string" },
  },
} as const satisfies JSONSchema;
export type Health = FromSchema<typeof healthSchema>;

/** RFC 9457, with the `success` and `error` of the service that this one replaces. */
export const problemSchema = {
  type: "object",
  additionalProperties: false,
  required: ["type", "title", "status", "detail", "success", "error"],
  properties: {
    type: { type: "string", const: "about:blank" },
    title: { type: "string" },
    status: { type: "integer", minimum: 400, maximum: 599 },
    detail: { type: "string", description: "What is wrong, in a sentence." },
    success: { type: "boolean", const: false },
    error: { type: "string", description: "The same as `detail`." },
    errors: {
      type: "array",
      description: "The fields that are wrong.",
      items: {
        type: "object",
        additionalProperties: false,
        required: ["pointer", "message"],
        properties: {
          pointer: { type: "string", description: "A JSON pointer (RFC 6901)." },
          message: { type: "string" },
        },
      },
    },
  },
} as const satisfies JSONSchema;
export type ProblemView = FromSchema<typeof problemSchema>;
