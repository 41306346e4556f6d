import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { logLinesOf } from "../../tests/testkit/log-lines.ts";
import { AdapterError } from "./errors.ts";
import { errorFields, writeLogLine } from "./log.ts";
import { followTraces } from "./trace.ts";

const test = suite("the log");

test("an entry is one line, with its fields", async () => {
  const lines = await logLinesOf(async () => {
    writeLogLine("INFO", "two\nlines", { tenantId: "t" });
    writeLogLine("DEBUG", "another");
  });
  assert.equal(lines, [
    { severity: "INFO", message: "two\nlines", tenantId: "t" },
    { severity: "DEBUG", message: "another" },
  ]);
});

test("an entry that a request causes names the request's trace", async () => {
  followTraces("acme-prod");
  const server = createServer((_request, response) => {
    writeLogLine("INFO", "asked");
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
  const headers = { traceparent: `00-${trace}-00f067aa0ba902b7-01` };
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const [line] = await logLinesOf(() => fetch(url, { headers }));
  server.closeAllConnections();
  server.close();
  assert.is(line?.["logging.googleapis.com/trace"], `projects/acme-prod/traces/${trace}`);
});

test("tells where an adapter's error comes from and what caused it", () => {
  const cause = Object.assign(new TypeError("fetch failed"), {
    cause: Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" }),
  });
  const fields = errorFields(new AdapterError("cluster", "unavailable", "no answer", { cause }));
  assert.equal(
    [fields["adapter"], fields["code"], fields["error"]],
    ["cluster", "unavailable", "no answer"],
  );
  assert.match(JSON.stringify(fields), /ECONNREFUSED/);
});

test("does not quote a response of the cluster, which may hold a Secret", () => {
  const cause = Object.assign(new Error('Body: {"password":"hunter2"}'), {
    code: 422,
    body: "hunter2",
  });
  const fields = errorFields(new AdapterError("cluster", "invalid", "HTTP 422", { cause }));
  assert.not.match(JSON.stringify(fields), /hunter2/);
  assert.match(JSON.stringify(fields), /422/);
});

test("anything else that is thrown is told too", () => {
  assert.is(errorFields("a text")["error"], "a text");
  assert.is(errorFields(new RangeError("too far"))["error"], "too far");
});

test.run();
