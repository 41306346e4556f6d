/**
 * The one place that turns an error into a response.
 *
 * @module
 */
import { DamagedRecordError, isStoreUnusable } from "../../../shared/platform/errors.ts";
import { errorFields, log } from "../../../shared/platform/log.ts";
import { Problem, problemBody } from "./problem.ts";
import type { ApiResponse } from "./response.ts";

const RECORD_IS_DAMAGED =
  "The tenant's record is damaged; `error_message` of GET says where. An operator has to correct it first.";

/** The response to a request that failed. What is no `Problem` is logged: it is not the caller's fault. */
export function toResponse(error: unknown): ApiResponse {
  const problem = error instanceof Problem ? error : toProblem(error);
  return {
    status: problem.status,
    headers: { "Content-Type": "application/problem+json", ...problem.headers },
    body: problemBody(problem),
  };
}

function toProblem(error: unknown): Problem {
  log("ERROR", "RequestFailed", errorFields(error));
  if (error instanceof DamagedRecordError) return new Problem(409, RECORD_IS_DAMAGED);
  return isStoreUnusable(error)
    ? new Problem(503, "The database does not answer, or not in time. Try again.", {
        headers: { "Retry-After": "5" },
      })
    : new Problem(500, "Something went wrong on our side.");
}
