/**
 * Stands between a client and the emulator of Firestore or Pub/Sub: sees every call and what is asked in
 * it, and can inject a fault into one. The clients speak REST (ADR 18); calls are named as in the RPC reference.
 *
 * @module
 */
import { createServer, request as ask } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** How Google's APIs answer an error: https://cloud.google.com/apis/design/errors */
interface ErrorStatus {
  code: number;
  status: string;
}

export const UNAVAILABLE: ErrorStatus = { code: 503, status: "UNAVAILABLE" };
export const NOT_FOUND: ErrorStatus = { code: 404, status: "NOT_FOUND" };
export const INVALID_ARGUMENT: ErrorStatus = { code: 400, status: "INVALID_ARGUMENT" };
export const PERMISSION_DENIED: ErrorStatus = { code: 403, status: "PERMISSION_DENIED" };

/** What happens to a call: something before it is passed on, or another answer than its own. */
interface FaultInjection {
  rpc: string;
  before?: () => Promise<unknown>;
  status?: ErrorStatus;
  /** An answer that somebody on the way gives, with this HTTP status: a page, not Google's JSON. */
  page?: number;
  /** Half of the answer, and then no connection. */
  isCutShort?: true;
}

/** What a call asks, or is answered: what is the body's JSON. */
export interface SentMessage {
  rpc: string;
  message: unknown;
}

/** What follows the colon in a path, and how the RPC reference calls it. */
const RPC_OF_VERB: Record<string, string> = {
  batchGet: "BatchGetDocuments",
  commit: "Commit",
  publish: "Publish",
  runAggregationQuery: "RunAggregationQuery",
  runQuery: "RunQuery",
};

/** Starts the proxy. */
export async function startRestProxy(host: string) {
  const calls: string[] = [];
  const messages: SentMessage[] = [];
  const answers: SentMessage[] = [];
  let injected: FaultInjection | null = null;

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const rpc = rpcOf(request);
    calls.push(rpc);
    const { before, status, page, isCutShort } = take(rpc);
    await before?.();
    const asked = await buffer(request);
    messages.push({ rpc, message: parse(asked) });
    const answer = await passOn(request, asked);
    const body = await buffer(answer);
    answers.push({ rpc, message: parse(body) });
    if (status !== undefined) refuse(response, status);
    else if (page !== undefined) response.writeHead(page).end("<html>");
    else if (isCutShort === true) cutShort(response, body);
    else response.writeHead(answer.statusCode ?? 500, JSON_TYPE).end(body);
  }

  function passOn(
    { method, url, headers }: IncomingMessage,
    body: Uint8Array,
  ): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const [hostname, port] = host.split(":");
      ask({ hostname, port, method, path: url, headers }, resolve).once("error", reject).end(body);
    });
  }

  function take(rpc: string): Partial<FaultInjection> {
    if (injected?.rpc !== rpc) return {};
    const taken = injected;
    injected = null;
    return taken;
  }

  const server = createServer((request, response) => {
    pass(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** The calls that have come, by the names of their RPCs. */
    calls,
    /** What was asked in them. */
    messages,
    /** What they were answered. */
    answers,
    /** Injects a fault into the next call of an RPC; into none, where it is null. */
    injectFault(next: FaultInjection | null): void {
      injected = next;
    },
    stop(): void {
      server.close();
      server.closeAllConnections();
    },
  };
}

function rpcOf({ method, url = "" }: IncomingMessage): string {
  const verb = /:(\w+)(\?|$)/.exec(url)?.[1];
  return verb === undefined ? `${method} ${url}` : (RPC_OF_VERB[verb] ?? verb);
}

function parse(body: Uint8Array): unknown {
  return body.length === 0 ? null : JSON.parse(Buffer.from(body).toString());
}

const JSON_TYPE = { "Content-Type": "application/json" };

function refuse(response: ServerResponse, { code, status }: ErrorStatus): void {
  const error = { code, status, message: "refused by a test" };
  response.writeHead(code, JSON_TYPE).end(JSON.stringify({ error }));
}

function cutShort(response: ServerResponse, body: Buffer): void {
  response.writeHead(200, { ...JSON_TYPE, "Content-Length": body.length });
  response.write(body.subarray(0, body.length / 2), () => response.destroy());
}
