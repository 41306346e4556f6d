/**
 * The answers that several endpoints give alike, as they are documented, given and thrown. Pure.
 *
 * @module
 */
import type { Repeated } from "../../../shared/tenant/repeated-request.ts";
import type { AnswerSpec } from "../http/endpoint.ts";
import { Problem, problemSchema } from "../http/problem.ts";
import type { ApiResponse } from "../http/response.ts";

export const NO_SUCH_TENANT: AnswerSpec = {
  description: "There is no such tenant.",
  schema: problemSchema,
};

export const NOT_ALLOWED: AnswerSpec = {
  description: "The tenant's state does not allow it; `error` says why.",
  schema: problemSchema,
};

export const NOT_MODIFIED: AnswerSpec = {
  description: "Nothing has changed since the `ETag` in `If-None-Match`.",
  headers: ["ETag", "Retry-After"],
};

export function noSuchTenant(tenantId: string): Problem {
  return new Problem(404, `There is no tenant ${tenantId}.`);
}

export function keyReused(): Problem {
  return new Problem(422, "This Idempotency-Key was already used for another request.");
}

/** How a request is answered that came before. */
export function repeated(basis: Repeated): ApiResponse {
  if (basis.outcome === "key-reused") throw keyReused();
  return basis.answer;
}
