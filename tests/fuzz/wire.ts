/**
 * HTTP as bytes over a socket of its own, so that nothing is put right on the way. Bytes are held as text,
 * a character each (latin1).
 *
 * @module
 */
import { connect } from "node:net";
import type { Socket } from "node:net";
import { within } from "../../shared/platform/deadline.ts";
import type { SeenAnswer } from "../testkit/answer-check.ts";
import { eventually, TIMEOUT_MILLISECONDS } from "../testkit/stack-fixture.ts";

/** What the sender does once all is sent: waits for its answers, says that no more follows, or hangs up. */
export type Ending = "waits" | "ends" | "resets";

export interface Sending {
  wire: string;
  /** Of the requests in it, in their order: the answer to a HEAD tells of a body that it has not. */
  methods: string[];
  ending: Ending;
}

/** Sends bytes, and gives the answers: as many as there are requests, or those until the other side closed. */
export async function exchange(port: number, sending: Sending): Promise<SeenAnswer[]> {
  // A process that has died is soon back, as in the cloud; that it died is noticed elsewhere.
  const socket = await eventually("the API takes a connection", () => open(port));
  try {
    return await within(TIMEOUT_MILLISECONDS, converse(socket, sending));
  } finally {
    socket.destroy();
  }
}

function open(port: number): Promise<Socket | null> {
  const { promise, resolve } = Promise.withResolvers<Socket | null>();
  const socket = connect({ port, host: "127.0.0.1" });
  socket.once("connect", () => resolve(socket));
  socket.on("error", () => resolve(null));
  return promise;
}

function converse(socket: Socket, { wire, methods, ending }: Sending): Promise<SeenAnswer[]> {
  const { promise, resolve, reject } = Promise.withResolvers<SeenAnswer[]>();
  let received = "";
  const look = (isClosed: boolean) => {
    try {
      const answers = readAnswers(received, methods, isClosed);
      const isAll = ending === "waits" && answers.length >= methods.length;
      if (isAll || isClosed) resolve(answers);
    } catch (error) {
      reject(error);
    }
  };
  socket.setEncoding("latin1").on("data", (text: string) => {
    received += text;
    look(false);
  });
  socket.once("close", () => look(true));
  socket.write(wire, "latin1", () => {
    if (ending === "ends") socket.end();
    if (ending === "resets") socket.resetAndDestroy();
  });
  return promise;
}

const HEAD = /^HTTP\/1\.1 (?<status>\d{3}) [^\r\n]*\r\n(?<lines>(?:[^\r\n]+\r\n)*)\r\n/;

/** The answers that have come in full. Throws at what is none. */
function readAnswers(bytes: string, methods: string[], isClosed: boolean): SeenAnswer[] {
  const answers: SeenAnswer[] = [];
  let rest = bytes;
  while (rest !== "") {
    const head = HEAD.exec(rest);
    if (head === null && (isClosed || !"HTTP/1.1 ".startsWith(rest.slice(0, 9)))) {
      throw new Error(`what came is no answer: ${JSON.stringify(rest.slice(0, 200))}`);
    }
    if (head === null) break;
    const status = Number(head.groups?.["status"]);
    const headers = toHeaders(head.groups?.["lines"] ?? "");
    const isBodiless =
      methods[answers.length] === "HEAD" || status < 200 || status === 204 || status === 304;
    const body = readBody(rest.slice(head[0].length), headers, isBodiless, isClosed);
    if (body === null) break;
    if (status >= 200) answers.push({ status, headers, text: toText(body.bytes) });
    ({ rest } = body);
  }
  return answers;
}

function toHeaders(lines: string): Headers {
  const headers = new Headers();
  for (const [, name = "", value = ""] of lines.matchAll(/([^:]+):[ \t]*(.*)\r\n/g)) {
    headers.append(name, value);
  }
  return headers;
}

/** https://www.rfc-editor.org/rfc/rfc9112#section-6.3; null while it has not come in full. */
function readBody(
  bytes: string,
  headers: Headers,
  isBodiless: boolean,
  isClosed: boolean,
): { bytes: string; rest: string } | null {
  if (isBodiless) return { bytes: "", rest: bytes };
  if (headers.get("transfer-encoding") === "chunked") return readChunks(bytes);
  const given = headers.get("content-length");
  if (given === null) return isClosed ? { bytes, rest: "" } : null;
  const length = Number(given);
  if (bytes.length < length) return null;
  return { bytes: bytes.slice(0, length), rest: bytes.slice(length) };
}

function readChunks(bytes: string): { bytes: string; rest: string } | null {
  let body = "";
  let rest = bytes;
  for (;;) {
    const line = /^([0-9a-f]+)\r\n/i.exec(rest);
    if (line === null) return null;
    const start = line[0].length;
    const end = start + Number.parseInt(line[1] ?? "", 16);
    if (rest.length < end + 2) return null;
    body += rest.slice(start, end);
    rest = rest.slice(end + 2);
    if (end === start) return { bytes: body, rest };
  }
}

/** Throws where an answer is not UTF-8. */
function toText(bytes: string): string {
  return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(bytes, "latin1"));
}
