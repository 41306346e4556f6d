/**
 * Bodies that are not as long as they say, come in pieces, or are too long.
 *
 * @module
 */
import { constant, constantFrom, integer, nat, oneof, tuple } from "fast-check";
import { MAX_BODY_BYTES } from "../../functions/api/http/server.ts";
import { inputs } from "./fuzzed-bodies.ts";
import { goods, toParts } from "./valid-requests.ts";
import { framed, request, sound, withHeader } from "./fuzzed-request.ts";
import type { Malformed, Parts } from "./fuzzed-request.ts";

const withBodies = inputs.map(toParts);

/** Requests to a tenant, for which the database is asked, with a body that nobody wants. */
const unwanted = goods(["readTenant", "deleteTenant", "suspendTenant", "retryTenant"]).map(toParts);

const bodySources = oneof(
  withBodies,
  unwanted.map((parts) => ({ ...parts, body: "{}" })),
  goods().map(toParts),
);

/** Cut anywhere, also within a body that is said to be longer; then the connection ends, or is reset. */
export const breakingOff: Malformed = oneof(
  tuple(bodySources, nat(), constantFrom("or closed" as const, "by nobody" as const)).map(
    ([parts, at, answered]) => {
      const whole = request(framed(parts), answered);
      return { ...whole, wire: whole.wire.slice(0, at % whole.wire.length) };
    },
  ),
  tuple(
    bodySources,
    oneof(integer({ min: 1, max: 100 }), constantFrom(MAX_BODY_BYTES, 1e9)),
    constantFrom("or closed" as const, "by nobody" as const),
  ).map(([parts, missing, answered]) =>
    request(withHeader(parts, "Content-Length", String(parts.body.length + missing)), answered),
  ),
  // What is left of the body looks like another request.
  tuple(withBodies, nat(), constantFrom("", "\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\r\n")).map(
    ([parts, at, more]) =>
      request(
        {
          ...withHeader(parts, "Content-Length", String(at % (parts.body.length + 1))),
          body: parts.body + more,
        },
        "or closed",
      ),
  ),
);

/** The body in chunks of a size, each with an extension, and with a trailer. */
function chunked(body: string, size: number, extension: string, trailer: string): string {
  const chunks: string[] = [];
  for (let at = 0; at < body.length; at += size) {
    const chunk = body.slice(at, at + size);
    chunks.push(`${chunk.length.toString(16)}${extension}\r\n${chunk}\r\n`);
  }
  return `${chunks.join("")}0\r\n${trailer}\r\n`;
}

const soundChunks: Malformed = tuple(
  bodySources,
  oneof(integer({ min: 1, max: 20 }), constant(1_000_000)),
  constantFrom("", "", ";a", ';a="b c"'),
  constantFrom("", "", "X-Trailer: 1\r\n", "X-API-Key: x\r\n"),
).map(([parts, size, extension, trailer]) =>
  request(inChunks(parts, chunked(parts.body, size, extension, trailer)), "by the API"),
);

function inChunks(parts: Parts, body: string): Parts {
  return { ...withHeader(parts, "Transfer-Encoding", "chunked"), body };
}

const brokenChunks: Malformed = tuple(
  bodySources,
  constantFrom(
    "-1\r\n",
    "0x5\r\nabcde\r\n",
    "g\r\n",
    "5\r\nabc\r\n",
    "5abcde\r\n",
    "ffffffffffffffffff\r\n",
    "5\nabcde\n",
    " 5\r\nabcde\r\n",
    "5\r\nabcdefg\r\n",
    "\r\n",
    "5;\x00\r\nabcde\r\n",
    "FFFFFFF\r\n{",
    `5;${"x".repeat(20_000)}\r\nabcde\r\n`,
  ),
  constantFrom("", "0\r\n\r\n", "0\r\n", "0\r\nContent-Length: 5\r\n\r\n"),
).map(([parts, chunk, end]) => request(inChunks(parts, `${chunk}${end}`), "or closed"));

export const chunks: Malformed = oneof(soundChunks, brokenChunks);

const sizes = oneof(
  constantFrom(MAX_BODY_BYTES - 1, MAX_BODY_BYTES, MAX_BODY_BYTES + 1),
  integer({ min: MAX_BODY_BYTES, max: 4 * MAX_BODY_BYTES }),
  constantFrom(16 * MAX_BODY_BYTES),
);

/** Bodies at the limit and far beyond it: declared, in chunks, of a type or of none. */
export const hugeBodies: Malformed = tuple(
  oneof(withBodies, unwanted),
  sizes,
  constantFrom(" ", "x", "[", "\x00", "\xff"),
  constantFrom("declared", "in one chunk", "in chunks", "said only"),
  constantFrom(
    "application/json",
    "text/plain",
    "application/x-www-form-urlencoded",
    "a/b",
    null,
    null,
  ),
).map(([parts, size, filler, how, type]) => {
  const body = `${parts.body}${filler.repeat(size - parts.body.length)}`;
  const huge = withHeader({ ...parts, body }, "Content-Type", type);
  switch (how) {
    case "declared":
      return sound(huge);
    case "in one chunk":
      return request(inChunks(huge, chunked(body, body.length, "", "")), "by the API");
    case "in chunks":
      return request(inChunks(huge, chunked(body, 1000, "", "")), "by the API");
    case "said only":
      return request(
        withHeader({ ...huge, body: "" }, "Content-Length", String(size + MAX_BODY_BYTES)),
        "by the API",
      );
  }
});
