/**
 * The adapter between Node's server and the API: requests in, responses out.
 *
 * The functions framework starts the server, and would hand every request through Express: it parses bodies of
 * any size, answers what it cannot parse with an HTML page, and wraps each request in a `domain`, with which
 * Node follows every promise of the process. It offers no way around, so on the server's first request its
 * listener gives way to our own (ADR 4).
 *
 * @module
 */
import { http } from "@google-cloud/functions-framework";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { noteInTrace } from "../../../shared/platform/trace.ts";

import type { ApiRequest } from "./request.ts";
import type { ApiResponse } from "./response.ts";
import { parseJsonBody } from "./json-body.ts";
import { corsHeaders, REQUEST_ID_HEADER, requestId, SECURITY_HEADERS } from "./headers.ts";
import { Problem } from "./problem.ts";
import { toResponse } from "./problem-response.ts";

/** How much a body may hold, as it is sent. */
export const MAX_BODY_BYTES = 64 * 1024;

type Answer = (request: ApiRequest) => Promise<ApiResponse>;

/** Registers a function of the framework that answers requests. */
export function serve(name: string, answer: Answer, allowedOrigins: string[]): void {
  takeOver((request, response) => void respond(request, response, answer, allowedOrigins));
  http(name, (_request, response) => {
    refuse(response, new Error("the framework did not give way"));
  });
}

/** Puts a listener in the place of the framework's, before the server's first request is handled. */
function takeOver(listener: (request: IncomingMessage, response: ServerResponse) => void): void {
  const channel = "http.server.request.start";
  const onFirstRequest = (message: unknown) => {
    unsubscribe(channel, onFirstRequest);
    const { server } = message as { server: Server };
    server.removeAllListeners("request").on("request", listener);
  };
  subscribe(channel, onFirstRequest);
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
  allowedOrigins: string[],
): Promise<void> {
  try {
    const id = receive(request, response, allowedOrigins);
    requireReadable(request);
    const body = await readBody(request);
    send(response, await answer(toApiRequest(id, request, body)));
  } catch (error) {
    // What still comes runs through.
    request.resume();
    refuse(response, error);
  }
}

/** Sets what every response of ours bears, and gives the request's id. What is not HTTP at all, Node answers itself. */
function receive(
  { headers }: IncomingMessage,
  response: ServerResponse,
  allowedOrigins: string[],
): string {
  const id = requestId(headers["x-request-id"]);
  noteInTrace({ requestId: id });
  const all = {
    ...SECURITY_HEADERS,
    ...corsHeaders(headers, allowedOrigins),
    [REQUEST_ID_HEADER]: id,
  };
  for (const [name, value] of Object.entries(all)) response.setHeader(name, value);
  return id;
}

function requireReadable({ headers, url }: IncomingMessage): void {
  if (Number(headers["content-length"] ?? 0) > MAX_BODY_BYTES) throw tooLarge();
  // A compressed body of a few KiB may hold gigabytes.
  const encoding = headers["content-encoding"];
  if (encoding !== undefined && encoding.toLowerCase() !== "identity") {
    throw new Problem(415, "Send the body without a Content-Encoding.");
  }
  // As in `OPTIONS *`.
  if (url === "*") throw new Problem(404, "There is nothing at this path.");
}

/** A body as it was sent. One that turns out to be too large is refused while it comes in. */
function readBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length <= MAX_BODY_BYTES) chunks.push(chunk);
      else reject(tooLarge());
    });
    request.once("end", () => resolve(Buffer.concat(chunks)));
    // It breaks off, and there is nobody left to be answered.
    request.on("error", () => reject(notUnderstood()));
  });
}

/** A `%` in a path stands before two digits, and all of them together for UTF-8. */
function requireDecodable(path: string): void {
  try {
    decodeURIComponent(path);
  } catch {
    throw notUnderstood();
  }
}

function notUnderstood(): Problem {
  return new Problem(400, "The request cannot be understood.");
}

function tooLarge(): Problem {
  return new Problem(413, `The body may have ${MAX_BODY_BYTES / 1024} KiB at most.`);
}

function toApiRequest(id: string, request: IncomingMessage, body: Buffer): ApiRequest {
  const { method = "", url = "", headers, socket } = request;
  // A target may also be a whole URL.
  const target = url.replace(/^https?:\/\/[^/?#]*/i, "").replace(/#.*$/s, "");
  const [, path = "", query = ""] = /^([^?]*)\??(.*)$/s.exec(target) ?? [];
  requireDecodable(path);
  return {
    id,
    method,
    path: path || "/",
    query: new URLSearchParams(query),
    headers: headers as ApiRequest["headers"],
    peer: socket.remoteAddress,
    body: parseJsonBody(body, headers["content-type"]),
    bodyLength: body.length,
  };
}

function send(response: ServerResponse, { status, headers = {}, body, content }: ApiResponse) {
  response.statusCode = status;
  if (body !== undefined) response.setHeader("Content-Type", "application/json");
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.end(body === undefined ? content : JSON.stringify(body));
}

function refuse(response: ServerResponse, error: unknown): void {
  if (!response.headersSent) send(response, toResponse(error));
}
