/**
 * Validation of what callers send: from unknown to typed, or a `Problem` that names every field that
 * is wrong and why.
 *
 * @module
 */
import { Ajv } from "ajv";
import type { ErrorObject } from "ajv";
import { Problem } from "./problem.ts";
import type { FieldError } from "./problem.ts";
import { createTenantSchema, RESERVED_SUBDOMAINS } from "./schemas.ts";
import type { CreateTenant } from "./schemas.ts";

const ajv = new Ajv({ allErrors: true, verbose: true });
const isCreateTenant = ajv.compile(createTenantSchema);

/** The body of `POST /tenants`. A subdomain is lower-cased first, as DNS does not tell case. */
export function parseCreateTenant(body: unknown): CreateTenant {
  const candidate = withLowerCaseSubdomain(body);
  if (!isCreateTenant(candidate)) throw invalid(toFieldErrors(isCreateTenant.errors ?? []));
  if (RESERVED_SUBDOMAINS.has(candidate.subdomain)) {
    throw invalid([{ pointer: "/subdomain", message: "subdomain is a reserved name" }]);
  }
  return candidate;
}

/** `skip` and `limit` of a listing. */
export function parsePage(query: URLSearchParams): { skip: number; limit: number } {
  const errors: FieldError[] = [];
  const skip = parseCount(query, { name: "skip", fallback: 0, min: 0, max: 1_000_000 }, errors);
  const limit = parseCount(query, { name: "limit", fallback: 100, min: 1, max: 1000 }, errors);
  if (errors.length > 0) throw invalid(errors);
  return { skip, limit };
}

function parseCount(
  query: URLSearchParams,
  { name, fallback, min, max }: { name: string; fallback: number; min: number; max: number },
  errors: FieldError[],
): number {
  const text = query.get(name);
  if (text === null) return fallback;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  errors.push({ pointer: `/${name}`, message: `${name} must be a number from ${min} to ${max}` });
  return fallback;
}

function withLowerCaseSubdomain(body: unknown): unknown {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return body;
  const { subdomain } = body as { subdomain?: unknown };
  return typeof subdomain === "string" ? { ...body, subdomain: subdomain.toLowerCase() } : body;
}

function invalid(errors: FieldError[]): Problem {
  const sentence = errors.map(({ message }) => message).join("; ");
  return new Problem(422, `${sentence}.`, { errors });
}

function toFieldErrors(errors: ErrorObject[]): FieldError[] {
  const fields = errors.map(toFieldError);
  // A field that breaks several rules of its description is told so once.
  return fields.filter(
    ({ message }, index) => fields.findIndex((field) => field.message === message) === index,
  );
}

function toFieldError(error: ErrorObject): FieldError {
  const field = error.instancePath.slice(1);
  switch (error.keyword) {
    case "required": {
      const missing = String(error.params["missingProperty"]);
      return { pointer: toPointer(missing), message: `${missing} is required` };
    }
    case "additionalProperties": {
      const unknown = String(error.params["additionalProperty"]).slice(0, 100);
      return { pointer: toPointer(unknown), message: `${unknown} is not a known field` };
    }
    case "type":
      return {
        pointer: error.instancePath,
        message: field === "" ? "the body must be a JSON object" : `${field} must be a text`,
      };
    default: {
      const { description } = error.parentSchema as { description?: string };
      return { pointer: error.instancePath, message: `${field} must be ${description}` };
    }
  }
}

/** A JSON pointer (RFC 6901) to a field of the body. */
function toPointer(field: string): string {
  return `/${field.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}
