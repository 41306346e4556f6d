import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { currentTrace, followTraces, traceFields } from "./trace.ts";

const test = suite("trace");

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT = `00-${TRACE}-00f067aa0ba902b7-01`;

test("a traceparent becomes the fields of Cloud Logging", () => {
  assert.equal(traceFields(PARENT, "acme-prod"), {
    "logging.googleapis.com/trace": `projects/acme-prod/traces/${TRACE}`,
    "logging.googleapis.com/spanId": "00f067aa0ba902b7",
  });
});

test("what is no traceparent becomes nothing", () => {
  for (const text of [undefined, "", "x", `00-${TRACE}`, PARENT.toUpperCase()]) {
    assert.equal(traceFields(text, "acme-prod"), {}, String(text));
  }
});

test("each of several requests at once keeps its own trace, across what it awaits", async () => {
  followTraces("acme-prod");
  const waiting: (() => void)[] = [];
  const server = createServer((_request, response) => {
    void new Promise<void>((resolve) => waiting.push(resolve)).then(() =>
      response.end(JSON.stringify(currentTrace())),
    );
    // All are in flight before any goes on.
    if (waiting.length === 3) for (const goOn of waiting) goOn();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const answers = await Promise.all(
      ["a", "b", null].map(async (digit) => {
        const traceparent = `00-${digit?.repeat(32)}-00f067aa0ba902b7-01`;
        const headers: Record<string, string> = digit === null ? {} : { traceparent };
        const fields = (await (await fetch(url, { headers })).json()) as Record<string, string>;
        return fields["logging.googleapis.com/trace"];
      }),
    );
    const trace = (digit: string) => `projects/acme-prod/traces/${digit.repeat(32)}`;
    assert.equal(answers, [trace("a"), trace("b"), undefined]);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test.run();
