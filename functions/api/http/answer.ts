/**
 * The tenant API: from a request to a response, both plain data. It validates, writes one atomic
 * batch, publishes a trigger, and answers; it never talks to the cluster.
 *
 * @module
 */
import type { Bus } from "../../../shared/pubsub/bus.ts";
import type { ApiSettings } from "../../../shared/configuration/settings.ts";
import { DamagedRecordError, isStoreUnusable } from "../../../shared/platform/errors.ts";
import { errorFields, log } from "../../../shared/platform/log.ts";
import type { Store } from "../../../shared/firestore/store.ts";
import type { Caller } from "../auth/authenticate.ts";
import { withETag } from "./etag.ts";
import { identify } from "./request-identity.ts";
import type { RequestIdentity } from "./request-identity.ts";
import { callerAddress } from "../auth/rate-limits.ts";
import type { Limits } from "../auth/rate-limits.ts";
import { specOf, takesIdempotencyKey } from "../endpoints.ts";
import type { InputOf, EndpointId } from "../endpoints.ts";
import { Problem, problemBody } from "./problem.ts";
import { matchRoute } from "./routes.ts";
import type { Match } from "./routes.ts";
import { readHealth, readService } from "../service/service.ts";
import {
  changeTenant,
  createTenant,
  deleteTenant,
  listTenants,
  readTenant,
  readTenantStatus,
  resumeTenant,
  retryTenant,
  suspendTenant,
} from "../tenants/tenants.ts";
import { parseBody, parseIdempotencyKey, parseQuery, parseTenantId } from "./parse-input.ts";

export interface ApiRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  /** Names in lower case. */
  headers: Readonly<Record<string, string | undefined>>;
  /** The address that the request came from: the proxy's, where there is one. */
  peer: string | undefined;
  /** The parsed JSON body; undefined when there is none or it is of another type. */
  body: unknown;
  /** The body's size in bytes, as it was sent. */
  bodyLength: number;
}

export interface ApiResponse {
  status: number;
  headers?: Record<string, string>;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it is, in place of a body, with the `Content-Type` among the headers. */
  content?: string | Uint8Array;
}

export interface Api {
  store: Store;
  bus: Bus;
  settings: ApiSettings;
  limits: Limits;
  authenticate: (headers: ApiRequest["headers"]) => Promise<Caller>;
}

/** A request to some endpoint, with all that came in validated. */
export interface AnyCall {
  body: unknown;
  query: unknown;
  /** From the path; empty where the path has none. */
  tenantId: string;
  /** By which a repetition is recognised; null where the caller gave no key. */
  identity: RequestIdentity | null;
}

/** A request to a certain endpoint, typed by its schemas. */
export interface Call<Id extends EndpointId> extends AnyCall {
  body: InputOf<Id, "body">;
  query: InputOf<Id, "query">;
}

type Handlers = {
  [Id in EndpointId]: (call: Call<Id>, api: Api) => Promise<ApiResponse>;
};

const HANDLERS: Handlers = {
  readService,
  readHealth,
  createTenant,
  listTenants,
  readTenant,
  changeTenant,
  deleteTenant,
  readTenantStatus,
  retryTenant,
  suspendTenant,
  resumeTenant,
};

/** Answers one request. Never throws: whatever goes wrong becomes a response. */
export async function answer(request: ApiRequest, api: Api): Promise<ApiResponse> {
  try {
    return await handle(request, api);
  } catch (error) {
    return toResponse(error);
  }
}

async function handle(request: ApiRequest, api: Api): Promise<ApiResponse> {
  const match = matchRoute(request.method, request.path);
  switch (match.found) {
    case "documentation": {
      // Few ask for it, and nobody else shall wait until it is loaded.
      const { readDocumentation } = await import("../docs/documentation.ts");
      return readDocumentation(match.path);
    }
    case "nothing":
      // A browser that is not let through would not show its page what is wrong with the path.
      if (isPreflight(request)) return { status: 204 };
      throw new Problem(404, "There is nothing at this path.");
    case "path-only":
      return answerOtherMethod(request.method, match.allow);
    case "endpoint":
      return operate(request, match, api);
  }
}

function isPreflight({ method, headers }: ApiRequest): boolean {
  return method === "OPTIONS" && headers["access-control-request-method"] !== undefined;
}

function answerOtherMethod(method: string, allow: string[]): ApiResponse {
  const headers = { Allow: allow.join(", ") };
  if (method === "OPTIONS") return { status: 204, headers };
  throw new Problem(405, `${method} is not possible here.`, { headers });
}

async function operate(
  request: ApiRequest,
  { endpoint, tenantId }: Extract<Match, { found: "endpoint" }>,
  api: Api,
): Promise<ApiResponse> {
  const spec = specOf(endpoint);
  const caller = spec.isPublic ? null : await authorize(request, api);
  if (spec.body !== undefined) requireJson(request);
  const body = parseBody(endpoint, request.body);
  const key = takesIdempotencyKey(spec) ? request.headers["idempotency-key"] : undefined;
  const call: AnyCall = {
    body,
    query: parseQuery(endpoint, request.query),
    tenantId: tenantId === null ? "" : parseTenantId(tenantId),
    identity:
      key === undefined || caller === null
        ? null
        : identify(caller.id, parseIdempotencyKey(key), { endpoint, tenantId, body }),
  };
  // The schemas of this very endpoint have typed the call, which the compiler cannot see from here.
  const response = await HANDLERS[endpoint](call as never, api);
  return 304 in spec.answers ? withETag(response, request.headers["if-none-match"]) : response;
}

/** Throws where the caller is unknown, or asks too often. */
async function authorize(
  request: ApiRequest,
  { limits, authenticate, settings }: Api,
): Promise<Caller> {
  const address = callerAddress(request, settings.trustedProxies);
  await limits.requireUnsuspicious(address);
  let caller: Caller;
  try {
    caller = await authenticate(request.headers);
  } catch (error) {
    if (error instanceof Problem && error.status === 401) await limits.noteFailure(address);
    throw error;
  }
  await limits.requireWithinRate(caller.id);
  return caller;
}

function requireJson({ body, bodyLength }: ApiRequest): void {
  if (bodyLength === 0) throw new Problem(400, "The body is missing.");
  if (body !== undefined) return;
  throw new Problem(415, "Send the body as JSON, with Content-Type: application/json.");
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

const RECORD_IS_DAMAGED =
  "The tenant's record is damaged; `error_message` of GET says where. An operator has to correct it first.";

function toProblem(error: unknown): Problem {
  log("ERROR", "RequestFailed", errorFields(error));
  if (error instanceof DamagedRecordError) return new Problem(409, RECORD_IS_DAMAGED);
  return isStoreUnusable(error)
    ? new Problem(503, "The database does not answer, or not in time. Try again.", {
        headers: { "Retry-After": "5" },
      })
    : new Problem(500, "Something went wrong on our side.");
}
