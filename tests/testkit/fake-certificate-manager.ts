/**
 * A fake of Certificate Manager: it keeps what is made, refuses what the real one refuses, and is held to the discovery
 * document in what it takes and what it answers.
 *
 * @module
 */
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { readDiscovery } from "./discovery-document.ts";
import type { KnownCall } from "./discovery-document.ts";

type Json = Record<string, unknown>;

export type FakeCertificateManager = Awaited<ReturnType<typeof startFakeCertificateManager>>;

/** What becomes of the certificates that are made. */
interface Behaviour {
  certificates: "PROVISIONING" | "ACTIVE" | "FAILED";
  entries: "PENDING" | "ACTIVE";
  /** Whether what is asked for is done at once, or its operation goes on after the answer. */
  isDone: boolean;
  /** The status of every answer; null for the plain ones. */
  status: number | null;
}

const PLAIN: Behaviour = { certificates: "ACTIVE", entries: "ACTIVE", isDone: true, status: null };

/** Starts it. */
export async function startFakeCertificateManager() {
  const document = readDiscovery("certificatemanager-v1.json");
  const resources = new Map<string, Json>();
  const called: string[] = [];
  const faults: string[] = [];
  let behaviour: Behaviour = PLAIN;
  let made = 0;

  /** What refers to a resource, which may not be deleted as long as something does. */
  const usersOf = (name: string) =>
    [...resources].filter(([, resource]) => JSON.stringify(resource).includes(`"${name}"`));

  function create({ method, name: parent }: KnownCall, query: Record<string, string>, body: Json) {
    const collection = method.split(".").at(-2) ?? "";
    const id = Object.values(query)[0] ?? "";
    const name = `${parent}/${collection}/${id}`;
    if (!/^[a-z0-9-]{1,63}$/.test(id)) return failed(400, `no valid id: ${id}`);
    if (resources.has(name)) return failed(409, `${name} is there`);
    const { dnsAuthorizations = [] } = (body["managed"] ?? {}) as { dnsAuthorizations?: string[] };
    const { certificates = [] } = body as { certificates?: string[] };
    const lacking = [...dnsAuthorizations, ...certificates].filter((one) => !resources.has(one));
    if (lacking.length > 0) return failed(400, `there is no ${lacking.join(", ")}`);
    made += 1;
    const createTime = new Date().toISOString();
    resources.set(name, { ...body, createTime, ...ownFields(collection, body, made) });
    return operation();
  }

  function remove({ name }: KnownCall) {
    if (!resources.has(name)) return failed(404, `there is no ${name}`);
    if (usersOf(name).length > 0) return failed(400, `${name} is in use`);
    resources.delete(name);
    return operation();
  }

  function read({ name }: KnownCall) {
    const found = resources.get(name);
    if (found === undefined) return failed(404, `there is no ${name}`);
    const { managed, hostname } = found as { managed?: Json; hostname?: string };
    if (managed)
      return answered({ name, ...found, managed: { ...managed, ...certificateState() } });
    return answered({ name, ...found, ...(hostname && { state: behaviour.entries }) });
  }

  /** Two a page, so that whoever lists has to go on. */
  function list({ method, name: parent }: KnownCall, { pageToken = "0" }: Record<string, string>) {
    const collection = method.split(".").at(-2) ?? "";
    const all = [...resources.keys()].filter((name) => name.startsWith(`${parent}/${collection}/`));
    const from = Number(pageToken);
    const page = all.slice(from, from + 2).map((name) => read({ method, name }).body);
    const isLast = from + 2 >= all.length;
    return answered({ [collection]: page, ...(!isLast && { nextPageToken: String(from + 2) }) });
  }

  function certificateState(): Json {
    const state = behaviour.certificates;
    const details = "The fake does not like it.";
    return state === "FAILED"
      ? { state, provisioningIssue: { reason: "AUTHORIZATION_ISSUE", details } }
      : { state };
  }

  function operation() {
    const { isDone } = behaviour;
    const name = `projects/p/locations/global/operations/operation-${made}`;
    return answered(isDone ? { name, done: true, response: {} } : { name, done: false });
  }

  async function handle(request: IncomingMessage, response: ServerResponse) {
    const url = new URL(request.url ?? "/", "http://fake");
    const said = await text(request);
    const body: unknown = said === "" ? undefined : JSON.parse(said);
    const query = Object.fromEntries(url.searchParams);
    const httpMethod = request.method ?? "";
    const call = { httpMethod, path: url.pathname.slice(1), query, body };
    const judged = document.judge(call);
    if (behaviour.status !== null) return send(response, failed(behaviour.status, "planted"));
    if ("faults" in judged) {
      faults.push(...judged.faults);
      return send(response, failed(400, judged.faults.join("; ")));
    }
    called.push(judged.method);
    const answer = answerTo(judged, httpMethod, query, body as Json);
    if (answer.status === 200) faults.push(...document.judgeAnswer(judged.method, answer.body));
    send(response, answer);
  }

  function answerTo(
    known: KnownCall,
    httpMethod: string,
    query: Record<string, string>,
    body: Json,
  ) {
    if (httpMethod === "POST") return create(known, query, body);
    if (httpMethod === "DELETE") return remove(known);
    return known.method.endsWith(".list") ? list(known, query) : read(known);
  }

  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    document,
    /** The methods that were called, as the document names them. */
    called,
    /** What was not as the document says. */
    faults,
    /** What there is, by its last two names: collection and id. */
    names: () =>
      [...resources.keys()].map((name) => name.split("/").slice(-2).join("/")).toSorted(),
    resources,
    behave(as: Partial<Behaviour> = {}): void {
      behaviour = { ...PLAIN, ...as };
    },
    empty(): void {
      resources.clear();
      called.length = 0;
      behaviour = PLAIN;
    },
    stop(): void {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** What the real one adds by itself. Each authorization has a record of its own. */
function ownFields(collection: string, body: Json, made: number): Json {
  if (collection !== "dnsAuthorizations") return {};
  return {
    dnsResourceRecord: {
      name: `_acme-challenge.${String(body["domain"])}.`,
      type: "CNAME",
      data: `${made}.authorize.certificatemanager.goog.`,
    },
  };
}

interface FakeAnswer {
  status: number;
  body: Json;
}

function answered(body: Json): FakeAnswer {
  return { status: 200, body };
}

/** As Google's APIs answer an error: https://cloud.google.com/apis/design/errors */
function failed(code: number, message: string): FakeAnswer {
  return { status: code, body: { error: { code, message } } };
}

function send(response: ServerResponse, { status, body }: FakeAnswer): void {
  response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
}
