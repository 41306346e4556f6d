/**
 * Visits to a router, and what stands for a bench behind it: a server that tells what reached it.
 *
 * @module
 */
import { once } from "node:events";
import { mkdirSync, renameSync, symlinkSync } from "node:fs";
import { createServer, request } from "node:http";
import type { Agent, IncomingHttpHeaders, IncomingMessage, RequestListener } from "node:http";
import { connect } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { makeLink } from "./nginx-server.ts";

export interface Visit {
  host: string;
  path?: string;
  method?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
  agent?: Agent;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** Asks the server at a port of this machine for what a host has. */
export async function visit(port: number, { host, body, ...given }: Visit): Promise<Answer> {
  const headers = { host, ...given.headers };
  const asked = request({ ...given, host: "127.0.0.1", port, headers });
  asked.end(body);
  const [answer] = (await once(asked, "response")) as [IncomingMessage];
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: await text(answer) };
}

/** Sends what no client would, and gives what is answered until the server closes: the request says that it shall. */
export async function sendRaw(port: number, sent: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.write(sent);
  return await text(socket);
}

/** What reached the bench. */
export interface Reached {
  url: string;
  method: string;
  headers: IncomingHttpHeaders;
  bytes: number;
}

export type Bench = Awaited<ReturnType<typeof startBench>>;

/** A web server that answers each request with what reached it, unless it is told to do otherwise. */
export async function startBench(answer: RequestListener = tell) {
  const reached: Reached[] = [];
  let answerNow = answer;
  const server = createServer((asked, response) => {
    const { url = "", method = "", headers } = asked;
    const entry = { url, method, headers, bytes: 0 };
    reached.push(entry);
    asked.on("data", (piece: Buffer) => (entry.bytes += piece.length));
    answerNow(asked, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    server,
    reached,
    /** What it answers from now on. */
    answerWith: (listener: RequestListener = tell) => (answerNow = listener),
    async stop(): Promise<void> {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

const tell: RequestListener = ({ headers, url }, response) => {
  response.end(`${String(headers["x-frappe-site-name"])} ${url}`);
};

/** A site on a volume, open, with the directories that it may be led to instead. Gives what a host's link leads to. */
export function makeSite(volume: string, site: string, bench = "main"): string {
  mkdirSync(join(volume, "benches", bench, "sites", site), { recursive: true });
  for (const name of ["suspended", "updating", "retained"]) {
    mkdirSync(join(volume, "tenants", site, name), { recursive: true });
  }
  makeLink(join(volume, "tenants", site, "current"), `../../benches/${bench}/sites/${site}`);
  return `../tenants/${site}/current`;
}

/** Leads a link elsewhere, as site Jobs do: by one rename(2). */
export function leadTo(path: string, target: string): void {
  symlinkSync(target, `${path}.new`);
  renameSync(`${path}.new`, path);
}
