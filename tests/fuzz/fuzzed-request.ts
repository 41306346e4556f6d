/**
 * A malformed request: the bytes, and what the one who sends them may expect.
 *
 * @module
 */
import type { Arbitrary } from "fast-check";

/** One request, as it is meant. */
export interface Call {
  method: string;
  /** The path and what follows, as it is sent. */
  target: string;
  /** Its `X-Request-ID`, by which the answer must be known; null where it is no sane one. */
  id: string | null;
  /** How it may be answered; null where that is the API's affair, but for a 5xx. */
  statuses: number[] | null;
  /** The bytes of its body, where it is beyond doubt that they are meant as JSON in UTF-8. */
  json: string | null;
}

/**
 * Who answers, and when.
 *
 * - `by the API`: it is HTTP, so the API itself answers, with the connection left open
 * - `by somebody`: likewise, but it may be Node's HTTP server, which refuses some requests on its own
 * - `or closed`: it is broken, or breaks off, and the connection is ended from this side. Node then closes
 *   it, and answers only what it has answered by then.
 * - `by nobody`: the connection is reset from this side
 */
export type Answered = "by the API" | "by somebody" | "or closed" | "by nobody";

export interface FuzzedRequest {
  wire: string;
  calls: Call[];
  answered: Answered;
}

/** Malformed requests of some kind. */
export type Malformed = Arbitrary<FuzzedRequest>;

/** A request in its parts; all text is bytes, a character each. */
export interface Parts {
  method: string;
  target: string;
  /** Those that frame the body are not among them. */
  headers: [name: string, value: string][];
  body: string;
}

/** The bytes of a request, without a body of which nothing says how long it is. */
export function toWire({ method, target, headers, body }: Parts): string {
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${target} HTTP/1.1\r\n${lines.join("")}\r\n${body}`;
}

/** The same parts, whose body is as long as they say. */
export function framed(parts: Parts): Parts {
  if (parts.body === "") return parts;
  return withHeader(parts, "Content-Length", String(parts.body.length));
}

/** One header more, or in place of the one of this name; null takes it away. */
export function withHeader(parts: Parts, name: string, value: string | null): Parts {
  const others = parts.headers.filter(([other]) => other.toLowerCase() !== name.toLowerCase());
  return { ...parts, headers: value === null ? others : [...others, [name, value]] };
}

/** A request of parts, framed as it is. */
export function request(
  parts: Parts,
  answered: Answered,
  statuses: number[] | null = null,
): FuzzedRequest {
  const { method, target } = parts;
  const call = { method, target, id: idOf(parts), statuses, json: null };
  return { wire: toWire(parts), calls: [call], answered };
}

/** A request of parts that is HTTP, whatever else it is. */
export function sound(parts: Parts, statuses: number[] | null = null): FuzzedRequest {
  const { wire, calls, answered } = request(framed(parts), "by the API", statuses);
  const isJson = valuesOf(parts, "Content-Type").join() === "application/json";
  const json = isJson && parts.body !== "" ? parts.body : null;
  return { wire, calls: calls.map((call) => ({ ...call, json })), answered };
}

function idOf(parts: Parts): string | null {
  const [id = "", ...more] = valuesOf(parts, "X-Request-ID");
  return more.length === 0 && /^[\x21-\x7e]{1,128}$/.test(id) ? id : null;
}

function valuesOf({ headers }: Parts, wanted: string): string[] {
  return headers
    .filter(([name]) => name.toLowerCase() === wanted.toLowerCase())
    .map(([, value]) => value);
}

/** The bytes of a text in UTF-8. */
export function utf8(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}
