/**
 * Requests that break HTTP's own rules, or strain them: their headers, versions and line ends, and where
 * one ends and the next begins.
 *
 * @module
 */
import { array, constantFrom, oneof, shuffledSubarray, tuple, uint8Array } from "fast-check";
import { goods, toParts, wellMeant } from "./valid-requests.ts";
import { breakingOff } from "./fuzzed-lengths.ts";
import { framed, request, toWire, withHeader } from "./fuzzed-request.ts";
import type { Answered, Malformed } from "./fuzzed-request.ts";

const any = goods().map(toParts);

const LENGTHS = [
  "-1",
  "+5",
  "0x5",
  "5 5",
  "5, 5",
  "1e3",
  "",
  "9".repeat(30),
  "18446744073709551616",
  "\xb2",
];

/** Lines among the headers that break something. */
const BROKEN_LINES = [
  ...LENGTHS.map((length) => `Content-Length: ${length}`),
  "Content-Length: 0\r\nContent-Length: 5",
  "Content-Length: 5\r\nContent-Length: 5",
  "Transfer-Encoding: chunked\r\nContent-Length: 5",
  "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
  "Transfer-Encoding: chunked, chunked",
  "Transfer-Encoding: gzip, chunked",
  "Transfer-Encoding: xchunked",
  "Transfer-Encoding: identity",
  "Transfer-Encoding: \x0bchunked",
  "Transfer-Encoding : chunked",
  "X\x00: a",
  ": a",
  "X Y: a",
  "X",
  "X: a\rb",
  "X: a\nb: c",
  "X: a\r\n folded",
  "X: \x00",
];

/** Lines that speak to Node's server, which may answer them itself. */
const ODD_LINES = ["Expect: 200-ok", "Host: evil.example", "Host: "];

/** Lines that speak to it, and change nothing. */
const IDLE_LINES = [
  "Expect: 100-continue",
  "Connection: close",
  "Connection: X-API-Key, keep-alive",
  "Keep-Alive: timeout=0, max=0",
  "Connection: Upgrade\r\nUpgrade: websocket",
  "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: ",
  "TE: trailers",
  "Trailer: X-API-Key",
];

function withLines(lines: string[], answered: Answered): Malformed {
  return tuple(any, constantFrom(...lines)).map(([parts, line]) => {
    const isFramed = /^(Content-Length|Transfer-Encoding)/.test(line);
    const whole = request(isFramed ? parts : framed(parts), answered);
    return { ...whole, wire: whole.wire.replace("\r\n", `\r\n${line}\r\n`) };
  });
}

/** Other versions of HTTP, and other ends of a line. */
const VERSIONS: [text: string, answered: Answered][] = [
  ["HTTP/1.0", "by the API"],
  ["HTTP/0.9", "or closed"],
  ["HTTP/1.2", "or closed"],
  ["HTTP/2.0", "or closed"],
  ["HTTP/3.0", "or closed"],
  ["http/1.1", "or closed"],
  ["HTTP/1.1.1", "or closed"],
  ["HTTPS/1.1", "or closed"],
  ["RTSP/1.0", "or closed"],
  ["ICE/1.0", "or closed"],
  ["", "or closed"],
];

const versions: Malformed = tuple(any, constantFrom(...VERSIONS)).map(
  ([parts, [version, answered]]) => {
    const whole = request(framed(parts), answered);
    return { ...whole, wire: whole.wire.replace("HTTP/1.1", version) };
  },
);

const lineEnds: Malformed = tuple(any, constantFrom("\n", "\r", "\r\r\n", "\n\n")).map(
  ([parts, end]) => {
    const whole = request(framed(parts), "or closed");
    return { ...whole, wire: whole.wire.replaceAll("\r\n", end) };
  },
);

const withoutHost: Malformed = any.map((parts) =>
  request(framed(withHeader(parts, "Host", null)), "by somebody"),
);

export const framing: Malformed = oneof(
  { weight: 4, arbitrary: withLines(BROKEN_LINES, "or closed") },
  { weight: 1, arbitrary: withLines(ODD_LINES, "by somebody") },
  { weight: 2, arbitrary: withLines(IDLE_LINES, "by the API") },
  { weight: 2, arbitrary: versions },
  { weight: 1, arbitrary: lineEnds },
  { weight: 1, arbitrary: withoutHost },
);

const several = array(goods(), { minLength: 2, maxLength: 6 }).map((some) => some.map(wellMeant));

/** Several requests without waiting for an answer: each is answered, in their order. */
const soundPipelines: Malformed = several.map((some) => ({
  wire: some.map(({ wire }) => wire).join(""),
  calls: some.flatMap(({ calls }) => calls),
  answered: "by the API",
}));

/** The same before something that breaks off. */
const brokenPipelines: Malformed = tuple(soundPipelines, breakingOff).map(([sent, broken]) => ({
  wire: `${sent.wire}${broken.wire}`,
  calls: [...sent.calls, ...broken.calls],
  answered: broken.answered,
}));

export const pipelines: Malformed = oneof(
  { weight: 3, arbitrary: soundPipelines },
  { weight: 1, arbitrary: brokenPipelines },
);

const OTHER_PROTOCOLS = [
  "",
  "\r\n\r\n\r\n",
  "\x00",
  "GET",
  "GET /",
  "GET /\r\n\r\n",
  "GET / HTTP/1.1\r\n",
  "GET / HTTP/1.1\r\n\r\n",
  " GET / HTTP/1.1\r\n\r\n",
  "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
  "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00",
  "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
  "SSH-2.0-OpenSSH_9.9\r\n",
  "EHLO evil.example\r\n",
  "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
  "*1\r\n$4\r\nPING\r\n",
  "\x05\x01\x00",
  "{}",
  "GET / HTTP/1.1\r\nHost a\r\n\r\n",
  `GET ${"a".repeat(100_000)}`,
  "A".repeat(100_000),
];

const someBytes = uint8Array({ maxLength: 400 }).map((bytes) =>
  Buffer.from(bytes).toString("latin1"),
);

/** The lines of a request in another order, or some of them only. */
const shuffled = any.chain((parts) => {
  const lines = toWire(framed(parts)).split("\r\n");
  return shuffledSubarray(lines).map((some) => some.join("\r\n"));
});

export const noHttp: Malformed = oneof(constantFrom(...OTHER_PROTOCOLS), someBytes, shuffled).map(
  (wire) => ({
    wire,
    calls: [],
    answered: "or closed",
  }),
);
