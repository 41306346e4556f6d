/**
 * A small API with the pages that show it, behind a path prefix as a Cloud Function is.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { json } from "node:stream/consumers";
import type { AddressInfo } from "node:net";
import { readDocsFile } from "../functions/api/docs.ts";

const PREFIX = "/api";
const API_KEY = "a-key-of-the-tests";

const document = readFileSync(new URL("fixtures/openapi.json", import.meta.url), "utf8");

export type DocsServer = Awaited<ReturnType<typeof startDocsServer>>;

export async function startDocsServer() {
  const tenants: unknown[] = [];
  const server = createServer((request, response) => void answer(request, response, tenants));
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${PREFIX}`,
    apiKey: API_KEY,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  tenants: unknown[],
): Promise<void> {
  const { pathname } = new URL(request.url ?? "", "http://localhost");
  const path = pathname.startsWith(PREFIX) ? pathname.slice(PREFIX.length) : "";
  const file = await readDocsFile(path);
  if (file !== null) {
    response.writeHead(200, { "Content-Type": file.contentType, ...file.headers }).end(file.body);
  } else if (path === "/openapi.json") {
    send(response, 200, document);
  } else if (path !== "/tenants") {
    send(response, 404);
  } else if (request.headers["x-api-key"] !== API_KEY) {
    send(response, 401);
  } else if (request.method === "POST") {
    const wanted = (await json(request)) as { subdomain: string };
    const tenant = { id: wanted.subdomain, status: "queued" };
    tenants.push(tenant);
    send(response, 201, JSON.stringify(tenant));
  } else {
    send(response, 200, JSON.stringify({ tenants, total: tenants.length }));
  }
}

function send(response: ServerResponse, status: number, text = "{}"): void {
  response.writeHead(status, { "Content-Type": "application/json" }).end(text);
}
