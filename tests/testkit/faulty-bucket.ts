/**
 * Stands between a site Job and its bucket, and does to its requests what networks and servers do.
 *
 * @module
 */
import { createServer, request as ask } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** What becomes of a request. */
export type BucketFault =
  /** It is answered with this status, and not passed on. */
  | { status: number }
  /** The connection is cut: while an object is sent, before it has got anywhere; or in the middle of what is read. */
  | "cut"
  /** It is carried out, and its answer gets lost. */
  | "answer-lost"
  /** Nobody ever answers. */
  | "stalled";

/** Faults of the requests that make, or read, an object whose name holds a text. The first `times` of them have it. */
export interface FaultPlan {
  of: string;
  /** What they do; make it, where nothing else is said. */
  method?: "POST" | "GET";
  fault: BucketFault;
  times: number;
}

/** What passes, in the order in which it costs time. */
export const PASSING: BucketFault[] = [{ status: 429 }, { status: 503 }, "cut", "stalled"];

/** What lasts, and what is said of it. */
export interface LastingFault {
  sentence: string;
  fault: BucketFault;
  /** Where an object is read: one that may not be read may as well be missing. */
  read: RegExp;
  /** Where one is made. */
  made: RegExp;
  /** Whether all who use the bucket have it, so that it is tried again when that is over. */
  isOutage: boolean;
}

const NO_WORK = "^the bucket backups does not work: ";
const UNREADABLE = /no manifest that can be read$|is missing, or may not be read$/;

function outage(sentence: string, fault: BucketFault, words: string): LastingFault {
  const said = new RegExp(NO_WORK + words);
  return { sentence, fault, read: said, made: said, isOutage: true };
}

/** One that asking again does not change. */
export function refusal(status: number): LastingFault {
  const made = new RegExp(`^the bucket backups refuses: ${status} a test refuses it$`);
  return { sentence: String(status), fault: { status }, read: UNREADABLE, made, isOutage: false };
}

export const LASTING: LastingFault[] = [
  refusal(403),
  outage("429", { status: 429 }, "429 a test refuses it$"),
  outage("503", { status: 503 }, "503 a test refuses it$"),
  outage("cuts", "cut", String.raw`no answer \(`),
  outage("silence", "stalled", String.raw`no answer \(timed out\)$`),
];

/** With which nobody waits for long. */
export const IMPATIENT = { BUCKET_PATIENCE_SECONDS: "1", BUCKET_TIMEOUT_SECONDS: "0.5" };

export async function startFaultyBucket(endpoint: string) {
  let plans: FaultPlan[] = [];
  let requests = 0;
  let isReserved = false;

  function faultOf({ method, url = "" }: IncomingMessage): BucketFault | null {
    const plan = plans.find(
      ({ of, method: planned = "POST", times }) =>
        method === planned && times > 0 && url.includes(encodeURIComponent(of)),
    );
    if (plan === undefined) return null;
    plan.times -= 1;
    return plan.fault;
  }

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    requests += 1;
    const fault = faultOf(request);
    if (fault === "cut" && request.method === "POST") {
      request.once("data", () => request.socket.destroy());
      return;
    }
    const asked = await buffer(request);
    if (fault === "stalled") return;
    if (fault !== null && typeof fault === "object") {
      refuse(response, fault.status);
      return;
    }
    const answer = await passOn(request, asked);
    const body = await buffer(answer);
    const isHidden = isReserved && [404, 412].includes(answer.statusCode ?? 0);
    if (fault === "answer-lost") request.socket.destroy();
    else if (fault === "cut") cut(response, body);
    else if (isHidden) refuse(response, 403);
    else response.writeHead(answer.statusCode ?? 500, answer.headers).end(body);
  }

  function passOn({ method, url, headers }: IncomingMessage, body: Uint8Array) {
    return new Promise<IncomingMessage>((resolve, reject) => {
      const options = { method, headers };
      ask(`${endpoint}${url}`, options, resolve).once("error", reject).end(body);
    });
  }

  const server = createServer((request, response) => {
    pass(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** From now on; null for none. A request has the first one's of several that it fits. */
    plan(next: FaultPlan | FaultPlan[] | null): void {
      plans = [next ?? []].flat();
      requests = 0;
    },
    /**
     * Whether it tells as little as Cloud Storage may tell whoever can neither list nor replace: 403 where there is nothing, and
     * where there is something already.
     */
    reserve(is: boolean): void {
      isReserved = is;
    },
    /** How many requests have come since. */
    requests: () => requests,
    stop(): void {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Half of it, of which it is said that it is all. */
function cut(response: ServerResponse, body: Buffer): void {
  response.writeHead(200, { "Content-Length": body.length });
  response.write(body.subarray(0, body.length / 2), () => response.destroy());
}

function refuse(response: ServerResponse, code: number): void {
  const error = { code, message: "a test refuses it" };
  response.writeHead(code, { "Content-Type": "application/json" }).end(JSON.stringify({ error }));
}
