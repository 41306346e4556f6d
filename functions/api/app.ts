/**
 * The tenant API: from a request to a response, both plain data. It validates, writes one atomic
 * batch, publishes a hint, and answers; it never talks to the cluster.
 *
 * @module
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { Bus } from "../../shared/bus.ts";
import type { ApiSettings } from "../../shared/config.ts";
import { isStoreUnusable } from "../../shared/errors.ts";
import { errorFields, log } from "../../shared/log.ts";
import type { Store } from "../../shared/store.ts";
import { corsHeaders } from "./cors.ts";
import { Problem, problemBody } from "./problem.ts";
import { matchRoute } from "./routes.ts";
import type { Operation } from "./routes.ts";
import { readHealth, readService } from "./service.ts";
import {
  createTenant,
  deleteTenant,
  listTenants,
  readTenant,
  readTenantStatus,
  resumeTenant,
  retryTenant,
  suspendTenant,
} from "./tenants.ts";

export interface ApiRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  /** Names in lower case. */
  headers: Readonly<Record<string, string | undefined>>;
  /** The parsed JSON body; undefined when there is none or it is of another type. */
  body: unknown;
  /** The body's size in bytes, as it was sent. */
  bodyLength: number;
}

export interface ApiResponse {
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
}

export interface Api {
  store: Store;
  bus: Bus;
  settings: ApiSettings;
}

export interface Call {
  request: ApiRequest;
  /** From the path; empty where the path has none. */
  tenantId: string;
}

type Handler = (call: Call, api: Api) => Promise<ApiResponse>;

const HANDLERS: Record<Operation, Handler> = {
  readService,
  readHealth,
  createTenant,
  listTenants,
  readTenant,
  deleteTenant,
  readTenantStatus,
  retryTenant,
  suspendTenant,
  resumeTenant,
};

const MAX_BODY_BYTES = 64 * 1024;

/** Answers one request. Never throws: whatever goes wrong becomes a response. */
export async function answer(request: ApiRequest, api: Api): Promise<ApiResponse> {
  const cors = corsHeaders(request.headers["origin"], api.settings.allowedOrigins);
  const response = await answerOrProblem(request, api);
  return { ...response, headers: { ...cors, ...response.headers } };
}

async function answerOrProblem(request: ApiRequest, api: Api): Promise<ApiResponse> {
  try {
    return await handle(request, api);
  } catch (error) {
    return toResponse(error);
  }
}

async function handle(request: ApiRequest, api: Api): Promise<ApiResponse> {
  if (request.method === "OPTIONS") return { status: 204 };
  const match = matchRoute(request.method, request.path);
  switch (match.found) {
    case "nothing":
      throw new Problem(404, "There is nothing at this path.");
    case "path-only":
      throw new Problem(405, `${request.method} is not possible here.`, {
        headers: { Allow: match.allow.join(", ") },
      });
    case "operation":
      if (!match.isOpen) requireKey(request, api.settings.apiKeys);
      requireSmallBody(request);
      return HANDLERS[match.operation]({ request, tenantId: match.tenantId }, api);
  }
}

function requireKey({ headers }: ApiRequest, keys: string[]): void {
  const given = headers["x-api-key"];
  const reason = given === undefined ? "X-API-Key is missing." : "X-API-Key is not a valid key.";
  // Every key is compared, in constant time, so that the time tells nothing of any.
  const matches = keys.filter((key) => isSameText(given ?? "", key));
  if (given === undefined || matches.length === 0) {
    throw new Problem(401, reason, { headers: { "WWW-Authenticate": "ApiKey" } });
  }
}

function isSameText(left: string, right: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}

function requireSmallBody({ bodyLength }: ApiRequest): void {
  if (bodyLength > MAX_BODY_BYTES) {
    throw new Problem(413, `The body may have ${MAX_BODY_BYTES / 1024} KiB at most.`);
  }
}

/** The one place that turns an error into a response. */
export function toResponse(error: unknown): ApiResponse {
  const problem = error instanceof Problem ? error : toProblem(error);
  return {
    status: problem.status,
    headers: { "Content-Type": "application/problem+json", ...problem.headers },
    body: problemBody(problem),
  };
}

function toProblem(error: unknown): Problem {
  log("ERROR", "a request failed", errorFields(error));
  return isStoreUnusable(error)
    ? new Problem(503, "The database does not answer. Try again.", {
        headers: { "Retry-After": "5" },
      })
    : new Problem(500, "Something went wrong on our side.");
}
