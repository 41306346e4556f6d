/**
 * The one place that turns an error into a response.
 *
 * @module
 */
import {
  AdapterError,
  DamagedRecordError,
  isStoreUnusable,
} from "../../../shared/platform/errors.ts";
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

/** What of ours the caller had no answer for; null where it is something else. */
function whatIsAway(error: unknown): string | null {
  if (isStoreUnusable(error)) return "database";
  const isBucket = error instanceof AdapterError && error.adapter === "bucket";
  return isBucket && error.code === "unavailable" ? "bucket of the backups" : null;
}

function toProblem(error: unknown): Problem {
  log("ERROR", "RequestFailed", errorFields(error));
  if (error instanceof DamagedRecordError) return new Problem(409, RECORD_IS_DAMAGED);
  const away = whatIsAway(error);
  if (away === null) return new Problem(500, "Something went wrong on our side.");
  const headers = { "Retry-After": "5" };
  return new Problem(503, `The ${away} does not answer, or not in time. Try again.`, { headers });
}
