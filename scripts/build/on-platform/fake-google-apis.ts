/**
 * Answers the calls that a function makes while it is built, as well as is needed for it to go its usual way:
 * Firestore's, in which there is one tenant who waits for a site, Pub/Sub's, and those of a cluster without
 * Jobs. It keeps nothing.
 *
 * @module
 */
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { newTenant } from "../../../shared/tenant/tenant.ts";

export const TENANT_ID = "00000000-0000-4000-8000-000000000000";

const NOW = new Date().toISOString();

/** Starts it on a free port of the loopback address. */
export async function startFakeGoogleApis() {
  const server = createServer((request, response) => {
    respond(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop(): void {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await text(request);
  const [status, answer] = answerTo(request, body === "" ? {} : JSON.parse(body));
  response.writeHead(status, { "Content-Type": "application/json" });
  response.end(JSON.stringify(answer));
}

interface Body {
  /** What is to be read. */
  documents?: string[];
  /** What is to be written. */
  writes?: object[];
  /** What is to be counted. */
  structuredAggregationQuery?: { aggregations: { alias: string }[] };
}

function answerTo({ method, url = "" }: IncomingMessage, body: Body): [number, unknown] {
  const verb = /:(\w+)(\?|$)/.exec(url)?.[1];
  switch (verb) {
    case "batchGet":
      return [200, (body.documents ?? []).map(read)];
    case "commit":
      return [
        200,
        { commitTime: NOW, writeResults: body.writes?.map(() => ({ updateTime: NOW })) },
      ];
    case "publish":
      return [200, { messageIds: ["1"] }];
    case "runQuery":
      return [200, [{ readTime: NOW }]];
    case "runAggregationQuery":
      return [200, [{ result: { aggregateFields: zerosFor(body) }, readTime: NOW }]];
    default:
      return method === "POST" ? [201, body] : inCluster(url);
  }
}

function zerosFor({ structuredAggregationQuery }: Body): object {
  const aliases = structuredAggregationQuery?.aggregations.map(({ alias }) => alias) ?? [];
  return Object.fromEntries(aliases.map((alias) => [alias, { integerValue: "0" }]));
}

/** The tenant is there, and nothing else. */
function read(name: string): object {
  if (!name.endsWith(`/tenants/${TENANT_ID}`)) return { missing: name, readTime: NOW };
  return {
    found: { name, fields: FIELDS, createTime: NOW, updateTime: NOW },
    readTime: NOW,
  };
}

/** There are no Jobs. */
function inCluster(url: string): [number, unknown] {
  if (/\/jobs(\?|$)/.test(url)) return [200, { kind: "JobList", items: [], metadata: {} }];
  return [404, { kind: "Status", status: "Failure", reason: "NotFound", code: 404 }];
}

const FIELDS = fieldsOf(
  newTenant(
    {
      id: TENANT_ID,
      organization: "Acme",
      subdomain: "acme",
      email: "office@acme.example",
      commandId: TENANT_ID,
    },
    new Date(),
  ),
);

/** A document's fields in Firestore's JSON, as far as a tenant has them. */
function fieldsOf(document: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(document).map(([key, value]) => [key, valueOf(value)]));
}

function valueOf(value: unknown): object {
  if (value === null) return { nullValue: null };
  if (value instanceof Date) return { timestampValue: value.toISOString() };
  if (typeof value === "boolean") return { booleanValue: value };
  if (typeof value === "number") return { integerValue: String(value) };
  if (typeof value === "object") return { mapValue: { fields: fieldsOf(value) } };
  return { stringValue: value };
}
