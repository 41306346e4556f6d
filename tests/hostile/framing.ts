/**
 * Requests that break HTTP's own rules, or strain them: where a body ends, and where a request does.
 *
 * @module
 */
import {
  array,
  constant,
  constantFrom,
  integer,
  nat,
  oneof,
  shuffledSubarray,
  tuple,
  uint8Array,
} from "fast-check";
import type { Arbitrary } from "fast-check";
import { MAX_BODY_BYTES } from "../../functions/api/app.ts";
import { inputs } from "./bodies.ts";
import { goods, toParts, wellMeant } from "./good.ts";
import { framed, request, sound, toWire, withHeader } from "./request.ts";
import type { Answered, HostileRequest, Parts } from "./request.ts";

type Hostile = Arbitrary<HostileRequest>;

const any = goods().map(toParts);
const withBodies = inputs.map(toParts);

/** Requests to a tenant, for which the database is asked, with a body that nobody wants. */
const unwanted = goods(["readTenant", "deleteTenant", "suspendTenant", "retryTenant"]).map(toParts);

const bodySources = oneof(
  withBodies,
  unwanted.map((parts) => ({ ...parts, body: "{}" })),
  any,
);

/** Cut anywhere, also within a body that is said to be longer; then the connection ends, or is reset. */
export const breakingOff: Hostile = oneof(
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

const soundChunks: Hostile = tuple(
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

const brokenChunks: Hostile = tuple(
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

export const chunks: Hostile = oneof(soundChunks, brokenChunks);

const sizes = oneof(
  constantFrom(MAX_BODY_BYTES - 1, MAX_BODY_BYTES, MAX_BODY_BYTES + 1),
  integer({ min: MAX_BODY_BYTES, max: 4 * MAX_BODY_BYTES }),
  constantFrom(16 * MAX_BODY_BYTES),
);

/** Bodies at the limit and far beyond it: declared, in chunks, of a type or of none. */
export const hugeBodies: Hostile = tuple(
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

/** Headers that frame, or that speak to Node's server itself, with how they may be answered. */
const FRAMES: [headers: Parts["headers"], answered: Answered][] = [
  [
    [
      ["Transfer-Encoding", "chunked"],
      ["Content-Length", "5"],
    ],
    "or closed",
  ],
  [
    [
      ["Transfer-Encoding", "chunked"],
      ["Transfer-Encoding", "identity"],
    ],
    "or closed",
  ],
  [[["Transfer-Encoding", "chunked, chunked"]], "or closed"],
  [[["Transfer-Encoding", "gzip, chunked"]], "or closed"],
  [[["Transfer-Encoding", "xchunked"]], "or closed"],
  [[["Transfer-Encoding", "identity"]], "or closed"],
  [[["Transfer-Encoding", "\x0bchunked"]], "or closed"],
  [[["Transfer-Encoding ", "chunked"]], "or closed"],
  ...[
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
  ].map((length): [Parts["headers"], Answered] => [[["Content-Length", length]], "or closed"]),
  [
    [
      ["Content-Length", "0"],
      ["Content-Length", "5"],
    ],
    "or closed",
  ],
  [
    [
      ["Content-Length", "5"],
      ["Content-Length", "5"],
    ],
    "or closed",
  ],
  [[["Expect", "100-continue"]], "by the API"],
  [[["Expect", "200-ok"]], "by somebody"],
  [[["Host", "evil.example"]], "by somebody"],
  [[["Host", ""]], "by somebody"],
  [[["Connection", "close"]], "by the API"],
  [[["Connection", "X-API-Key, keep-alive"]], "by the API"],
  [[["Keep-Alive", "timeout=0, max=0"]], "by the API"],
  [
    [
      ["Connection", "Upgrade"],
      ["Upgrade", "websocket"],
    ],
    "by the API",
  ],
  [
    [
      ["Connection", "Upgrade, HTTP2-Settings"],
      ["Upgrade", "h2c"],
      ["HTTP2-Settings", ""],
    ],
    "by the API",
  ],
  [[["TE", "trailers"]], "by the API"],
  [[["Trailer", "X-API-Key"]], "by the API"],
  [[["X\x00", "a"]], "or closed"],
  [[["", "a"]], "or closed"],
  [[["X Y", "a"]], "or closed"],
  [[["X", "a\rb"]], "or closed"],
  [[["X", "a\nb: c"]], "or closed"],
  [[["X", "a\r\n folded"]], "or closed"],
  [[["X", "\x00"]], "or closed"],
];

const frames: Hostile = tuple(any, constantFrom(...FRAMES)).map(([parts, [headers, answered]]) => {
  const isFramed = headers.some(([name]) => /^(content-length|transfer-encoding) ?$/i.test(name));
  const whole = isFramed ? parts : framed(parts);
  return request({ ...whole, headers: [...whole.headers, ...headers] }, answered);
});

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

const versions: Hostile = tuple(any, constantFrom(...VERSIONS)).map(
  ([parts, [version, answered]]) => {
    const whole = request(framed(parts), answered);
    return { ...whole, wire: whole.wire.replace("HTTP/1.1", version) };
  },
);

const lineEnds: Hostile = tuple(any, constantFrom("\n", "\r", "\r\r\n", "\n\n")).map(
  ([parts, end]) => {
    const whole = request(framed(parts), "or closed");
    return { ...whole, wire: whole.wire.replaceAll("\r\n", end) };
  },
);

const withoutHost: Hostile = any.map((parts) =>
  request(framed(withHeader(parts, "Host", null)), "by somebody"),
);

export const framing: Hostile = oneof(
  { weight: 6, arbitrary: frames },
  { weight: 2, arbitrary: versions },
  { weight: 1, arbitrary: lineEnds },
  { weight: 1, arbitrary: withoutHost },
);

const several = array(goods(), { minLength: 2, maxLength: 6 }).map((some) => some.map(wellMeant));

/** Several requests without waiting for an answer: each is answered, in their order. */
const soundPipelines: Hostile = several.map((some) => ({
  wire: some.map(({ wire }) => wire).join(""),
  calls: some.flatMap(({ calls }) => calls),
  answered: "by the API",
}));

/** The same before something that breaks off. */
const brokenPipelines: Hostile = tuple(soundPipelines, breakingOff).map(([sent, broken]) => ({
  wire: `${sent.wire}${broken.wire}`,
  calls: [...sent.calls, ...broken.calls],
  answered: broken.answered,
}));

export const pipelines: Hostile = oneof(
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

export const noHttp: Hostile = oneof(constantFrom(...OTHER_PROTOCOLS), someBytes, shuffled).map(
  (wire) => ({
    wire,
    calls: [],
    answered: "or closed",
  }),
);
