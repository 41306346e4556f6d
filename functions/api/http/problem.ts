/**
 * What goes wrong on the caller's side, as RFC 9457 problem details with the `success` and `error`
 * of the service that this one replaces beside them.
 *
 * @module
 */
import type { FromSchema } from "json-schema-to-ts";
import type { FieldError } from "../../../shared/platform/schema-parser.ts";
import { named } from "./named-schema.ts";

/** Thrown anywhere while a request is handled; one place turns it into the response. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly status: number;
  readonly errors: FieldError[];
  readonly headers: Record<string, string>;

  constructor(
    status: number,
    message: string,
    more: { errors?: FieldError[]; headers?: Record<string, string> } = {},
  ) {
    super(message);
    this.status = status;
    this.errors = more.errors ?? [];
    this.headers = more.headers ?? {};
  }
}

const TITLES: Record<number, string> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  409: "Conflict",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  422: "Unprocessable Content",
  429: "Too Many Requests",
  500: "Internal Server Error",
  503: "Service Unavailable",
};

/** RFC 9457, with the `success` and `error` of the service that this one replaces. */
export const problemSchema = named("Problem", {
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
});
type ProblemView = FromSchema<typeof problemSchema>;

/** The body of a response with an error status. */
export function problemBody({ status, message, errors }: Problem): ProblemView {
  return {
    type: "about:blank",
    title: TITLES[status] ?? "Error",
    status,
    detail: message,
    success: false,
    error: message,
    ...(errors.length > 0 ? { errors } : {}),
  };
}
