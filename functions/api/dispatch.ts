/**
 * The tenant API: from a request to a response, both plain data. An endpoint validates, writes one atomic
 * batch, publishes a trigger, and answers; it never talks to the cluster.
 *
 * @module
 */
import type { Caller } from "./auth/authenticate.ts";
import { requirePermission } from "./auth/permissions.ts";
import { callerAddress } from "./auth/rate-limits.ts";
import type { Limits } from "./auth/rate-limits.ts";
import { ENDPOINTS } from "./endpoints.ts";
import type { EndpointId } from "./endpoints.ts";
import { takesIdempotencyKey } from "./http/endpoint.ts";
import type { ApiDependencies, Endpoint } from "./http/endpoint.ts";
import { withETag } from "./http/etag.ts";
import { parseIdempotencyKey, parsePathParameter } from "./http/parse-input.ts";
import { Problem } from "./http/problem.ts";
import { toResponse } from "./http/problem-response.ts";
import type { ApiRequest } from "./http/request.ts";
import { identify } from "./http/request-identity.ts";
import type { ApiResponse } from "./http/response.ts";
import { createRouter } from "./http/routes.ts";
import type { PathParameters } from "./http/routes.ts";

/** What the API works with, and what guards it. */
export interface Api extends ApiDependencies {
  limits: Limits;
  authenticate: (headers: ApiRequest["headers"]) => Promise<Caller>;
}

const matchRoute = createRouter(ENDPOINTS);

/** Answers one request. Never throws: whatever goes wrong becomes a response. */
export async function answer(request: ApiRequest, api: Api): Promise<ApiResponse> {
  try {
    return await dispatch(request, api);
  } catch (error) {
    return toResponse(error);
  }
}

async function dispatch(request: ApiRequest, api: Api): Promise<ApiResponse> {
  const match = matchRoute(request.method, request.path);
  switch (match.found) {
    case "documentation": {
      // Few ask for it, and nobody else shall wait until it is loaded.
      const { readDocumentation } = await import("./docs/documentation.ts");
      return readDocumentation(match.path);
    }
    case "console": {
      const { readConsole } = await import("./console/console-files.ts");
      return readConsole(request, api.settings);
    }
    case "nothing":
      // A browser that is not let through would not show its page what is wrong with the path.
      if (isPreflight(request)) return { status: 204 };
      throw new Problem(404, "There is nothing at this path.");
    case "path-only":
      return answerOtherMethod(request.method, match.allow);
    case "endpoint":
      return answerEndpoint(request, match.endpoint, match.parameters, api);
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

async function answerEndpoint(
  request: ApiRequest,
  id: EndpointId,
  parameters: PathParameters,
  api: Api,
): Promise<ApiResponse> {
  const endpoint: Endpoint = ENDPOINTS[id];
  const caller = endpoint.isPublic ? null : await authorize(request, endpoint, api);
  const body = endpoint.parseBody(bodyFor(endpoint, request));
  const query = endpoint.parseQuery(request.query);
  const key = takesIdempotencyKey(endpoint) ? request.headers["idempotency-key"] : undefined;
  const call = {
    body,
    query,
    tenantId: parsePathParameter("id", parameters["id"]),
    operationId: parsePathParameter("op", parameters["op"]),
    domain: parsePathParameter("domain", parameters["domain"]).toLowerCase(),
    backupId: parsePathParameter("backup", parameters["backup"]),
    rolloutId: parsePathParameter("rollout", parameters["rollout"]),
    requestedBy: { name: caller?.name ?? "nobody", request_id: request.id, reason: null },
    role: caller?.role ?? "viewer",
    identity:
      key === undefined || caller === null
        ? null
        : identify(caller.id, parseIdempotencyKey(key), {
            endpoint: id,
            tenantId: parameters["id"] ?? null,
            domain: parameters["domain"],
            backup: parameters["backup"],
            rollout: parameters["rollout"],
            query,
            body,
          }),
  };
  const response = await endpoint.handle(call, api);
  return 304 in endpoint.answers ? withETag(response, request.headers["if-none-match"]) : response;
}

/** Throws where the caller is unknown, asks too often, or may not ask for this. */
async function authorize(
  request: ApiRequest,
  endpoint: Endpoint,
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
  requirePermission(caller, endpoint, request.headers);
  return caller;
}

/** What there is to be parsed. Throws where an endpoint gets no JSON that takes it. */
function bodyFor(
  { body: schema, isBodyOptional }: Endpoint,
  { body, bodyLength }: ApiRequest,
): unknown {
  if (schema === undefined) return undefined;
  if (bodyLength === 0) {
    if (isBodyOptional) return {};
    throw new Problem(400, "The body is missing.");
  }
  if (body !== undefined) return body;
  throw new Problem(415, "Send the body as JSON, with Content-Type: application/json.");
}
