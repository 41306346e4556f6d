import { suite } from "uvu";
import * as assert from "uvu/assert";
import { EdgeError } from "./errors.ts";
import { errorFields } from "./log.ts";

const test = suite("errorFields");

test("tells where an edge's error comes from and what caused it", () => {
  const cause = Object.assign(new TypeError("fetch failed"), {
    cause: Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" }),
  });
  const fields = errorFields(new EdgeError("cluster", "unavailable", "no answer", { cause }));
  assert.equal(
    [fields["edge"], fields["code"], fields["error"]],
    ["cluster", "unavailable", "no answer"],
  );
  assert.match(JSON.stringify(fields), /ECONNREFUSED/);
});

test("does not quote a response of the cluster, which may hold a Secret", () => {
  const cause = Object.assign(new Error('Body: {"password":"hunter2"}'), {
    code: 422,
    body: "hunter2",
  });
  const fields = errorFields(new EdgeError("cluster", "invalid", "HTTP 422", { cause }));
  assert.not.match(JSON.stringify(fields), /hunter2/);
  assert.match(JSON.stringify(fields), /422/);
});

test("anything else that is thrown is told too", () => {
  assert.is(errorFields("a text")["error"], "a text");
  assert.is(errorFields(new RangeError("too far"))["error"], "too far");
});

test.run();
