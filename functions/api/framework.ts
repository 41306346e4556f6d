/**
 * The edge between the functions framework and the API: Node's and Express's requests in, responses out.
 *
 * The framework parses paths and bodies before it calls a function, of any size, and answers what it
 * cannot parse itself: an HTML page with a stack. It offers no way in, so on the server's first request
 * its Express app is put behind a front of our own (ADR 4).
 *
 * @module
 */
import type { HttpFunction, Request, Response } from "@google-cloud/functions-framework";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { noteInTrace } from "../../shared/trace.ts";
import { toResponse } from "./app.ts";
import type { ApiRequest, ApiResponse } from "./app.ts";
import { corsHeaders, REQUEST_ID_HEADER, requestId, SECURITY_HEADERS } from "./headers.ts";
import { Problem } from "./problem.ts";

/** How much a body may hold, as it is sent. */
export const MAX_BODY_BYTES = 64 * 1024;

/** Makes a function of the framework out of an answering function. */
export function toHttpFunction(
  answer: (request: ApiRequest) => Promise<ApiResponse>,
): HttpFunction {
  return async (request, response) => send(response, await answer(toApiRequest(request)));
}

function toApiRequest(request: Request): ApiRequest {
  const query = /\?(.*)$/s.exec(request.originalUrl)?.[1] ?? "";
  return {
    method: request.method,
    path: request.path,
    query: new URLSearchParams(query),
    headers: request.headers as ApiRequest["headers"],
    peer: request.socket.remoteAddress,
    body: request.is("application/json") ? (request.body as unknown) : undefined,
    bodyLength: request.rawBody?.length ?? 0,
  };
}

function send(response: ServerResponse, { status, headers = {}, body, content }: ApiResponse) {
  response.statusCode = status;
  if (body !== undefined) response.setHeader("Content-Type", "application/json");
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.end(body === undefined ? content : JSON.stringify(body));
}

type ErrorHandler = (error: unknown, request: Request, response: Response, next: unknown) => void;
type App = ((request: IncomingMessage, response: ServerResponse) => void) & {
  use(handler: ErrorHandler): void;
};

/** Puts the front before the framework's app, and an answer to its errors behind it. */
export function openFront(allowedOrigins: string[]): void {
  const channel = "http.server.request.start";
  const onFirstRequest = (message: unknown) => {
    unsubscribe(channel, onFirstRequest);
    const { server } = message as { server: Server };
    const [app] = server.listeners("request") as unknown as App[];
    if (app === undefined) return;
    // Express tells an error handler by its four parameters.
    app.use((error, _request, response, _next) => refuse(response, toProblem(error)));
    server.removeAllListeners("request").on("request", (request, response) => {
      receive(request, response, allowedOrigins);
      const problem = findFault(request);
      if (problem === null) {
        settleType(request);
        limitBody(request, response);
        app(request, response);
      } else {
        request.resume();
        refuse(response, problem);
      }
    });
  };
  subscribe(channel, onFirstRequest);
}

/** Sets what every response bears, whoever answers. */
function receive(
  { headers }: IncomingMessage,
  response: ServerResponse,
  allowedOrigins: string[],
): void {
  const id = requestId(headers["x-request-id"]);
  noteInTrace({ requestId: id });
  const all = {
    ...SECURITY_HEADERS,
    ...corsHeaders(headers, allowedOrigins),
    [REQUEST_ID_HEADER]: id,
  };
  for (const [name, value] of Object.entries(all)) response.setHeader(name, value);
}

/** What the framework would take in, or answer, in a way of its own. */
function findFault({ headers, url = "" }: IncomingMessage): Problem | null {
  if (Number(headers["content-length"] ?? 0) > MAX_BODY_BYTES) return tooLarge();
  // A compressed body of a few KiB may hold gigabytes.
  const encoding = headers["content-encoding"];
  if (encoding !== undefined && encoding.toLowerCase() !== "identity") {
    return new Problem(415, "Send the body without a Content-Encoding.");
  }
  // The framework answers these two with an empty page, and what is no path (`OPTIONS *`) with HTML.
  const isForeign = /^\/(favicon\.ico|robots\.txt)\b/i.test(url) || url === "*";
  return isForeign ? new Problem(404, "There is nothing at this path.") : null;
}

/**
 * JSON is the only type that is understood. A body of another one the framework would parse in ways of its
 * own, and one without a type, or with none that it knows, it would not read at all.
 */
function settleType({ headers }: IncomingMessage): void {
  const isJson = /^application\/json[ \t]*(;|$)/i.test(headers["content-type"] ?? "");
  if (!isJson) headers["content-type"] = "application/octet-stream";
}

function tooLarge(): Problem {
  return new Problem(413, `The body may have ${MAX_BODY_BYTES / 1024} KiB at most.`);
}

/** Refuses a body that turns out to be too large while it comes in, and lets go of it. */
function limitBody(request: IncomingMessage, response: ServerResponse): void {
  let length = 0;
  request.on("data", (chunk: Buffer) => {
    length += chunk.length;
    if (length <= MAX_BODY_BYTES || response.headersSent) return;
    const problem = tooLarge();
    refuse(response, problem);
    // Whoever gathers the body hears of it so, and lets the rest run through. An error event that
    // nobody hears would end the process.
    if (request.listenerCount("error") > 0) request.emit("error", problem);
  });
}

function refuse(response: ServerResponse, problem: unknown): void {
  if (!response.headersSent) send(response, toResponse(problem));
}

/** Express's parsers throw http-errors: https://github.com/jshttp/http-errors */
function toProblem(error: unknown): unknown {
  const { status, type } = error as { status?: unknown; type?: unknown };
  if (typeof status !== "number" || status < 400 || status > 499) return error;
  if (type === "entity.parse.failed")
    return new Problem(400, "The body is not a valid JSON object.");
  if (status === 415) return new Problem(415, "The body's charset is not one that is understood.");
  return new Problem(400, "The request cannot be understood.");
}
