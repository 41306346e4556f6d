/**
 * The edge between the functions framework and the API: Express requests in, Express responses out.
 *
 * @module
 */
import type { HttpFunction, Request, Response } from "@google-cloud/functions-framework";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Server } from "node:http";
import type { ApiRequest, ApiResponse } from "./app.ts";
import { toResponse } from "./app.ts";
import { Problem } from "./problem.ts";

/** Makes a function of the framework out of an answering function. */
export function toHttpFunction(
  answer: (request: ApiRequest) => Promise<ApiResponse>,
): HttpFunction {
  return async (request, response) => send(response, await answer(toApiRequest(request)));
}

function toApiRequest(request: Request): ApiRequest {
  const [, query = ""] = request.originalUrl.split("?", 2);
  return {
    method: request.method,
    path: request.path,
    query: new URLSearchParams(query),
    headers: request.headers as ApiRequest["headers"],
    body: request.is("application/json") ? (request.body as unknown) : undefined,
    bodyLength: request.rawBody?.length ?? 0,
  };
}

function send(response: Response, { status, headers, body }: ApiResponse): void {
  response
    .status(status)
    .set("Cache-Control", "no-store")
    .set(headers ?? {});
  if (body === undefined) response.end();
  else response.json(body);
}

type ErrorHandler = (error: unknown, request: Request, response: Response, next: unknown) => void;
type App = { use(handler: ErrorHandler): void };

/**
 * The framework parses paths and bodies before it calls a function, and what it cannot parse it
 * answers itself: an HTML page with a stack. It offers no way in, so on the server's first request
 * an error handler is added to its Express app, behind everything else.
 */
export function answerFrameworkErrors(
  headersFor: (origin: string | undefined) => Record<string, string>,
): void {
  const channel = "http.server.request.start";
  const onFirstRequest = (message: unknown) => {
    unsubscribe(channel, onFirstRequest);
    const { server } = message as { server: Server };
    const [app] = server.listeners("request") as unknown as App[];
    // Express tells an error handler by its four parameters.
    app?.use((error, request, response, _next) => {
      const answer = toResponse(toProblem(error));
      const headers = { ...headersFor(request.headers.origin), ...answer.headers };
      send(response, { ...answer, headers });
    });
  };
  subscribe(channel, onFirstRequest);
}

/** Express's parsers throw http-errors: https://github.com/jshttp/http-errors */
function toProblem(error: unknown): unknown {
  const { status, type } = error as { status?: unknown; type?: unknown };
  if (typeof status !== "number" || status < 400 || status > 499) return error;
  if (type === "entity.parse.failed")
    return new Problem(400, "The body is not a valid JSON object.");
  return new Problem(status, "The request cannot be understood.");
}
