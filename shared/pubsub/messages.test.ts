import { suite } from "uvu";
import * as assert from "uvu/assert";
import { MessageError, parseMessage } from "./messages.ts";

const test = suite("parseMessage");

const ID = "0c16443d-3d8e-4c0d-b43c-ac1174140611";
const event = (involvedObject: unknown) => ({
  insertId: "1",
  jsonPayload: { kind: "Event", reason: "Completed", involvedObject },
});

const understood: [sentence: string, message: unknown, request: unknown][] = [
  ["the resync", { kind: "resync" }, { for: "resync" }],
  ["the garbage collection", { kind: "garbage-collection" }, { for: "garbage-collection" }],
  ["a tenant's trigger", { kind: "tenant", tenant_id: ID }, { for: "tenant", tenantId: ID }],
  [
    "the trigger of a tenant's domains",
    { kind: "domains", tenant_id: ID },
    { for: "domains", tenantId: ID },
  ],
  [
    "a tenant's trigger with an id of no tenant's form",
    { kind: "tenant", tenant_id: "acme" },
    { for: "tenant", tenantId: "acme" },
  ],
  ["a trigger that says more than is read", { kind: "resync", at: "noon" }, { for: "resync" }],
  [
    "a site Job's event",
    event({ kind: "Job", name: `site-${ID}` }),
    { for: "tenant", tenantId: ID },
  ],
  ["another Job's event", event({ kind: "Job", name: "nightly-backup" }), { for: "nobody" }],
  ["a Pod's event", event({ kind: "Pod", name: `site-${ID}` }), { for: "nobody" }],
  [
    "a Job's event whose name is no text",
    event({ kind: "Job", name: [`site-${ID}`] }),
    { for: "nobody" },
  ],
  ["an event about nothing", event(undefined), { for: "nobody" }],
  ["a log entry with a text", { logName: "l", textPayload: "Killed" }, { for: "nobody" }],
  ["a log entry with protobuf", { logName: "l", protoPayload: {} }, { for: "nobody" }],
  [
    "a log entry with another payload than an object",
    { logName: "l", jsonPayload: [] },
    { for: "nobody" },
  ],
  ["a log entry without a payload", { logName: "l" }, { for: "nobody" }],
];
for (const [sentence, message, request] of understood) {
  test(`understands ${sentence}`, () => assert.equal(parseMessage(message), request));
}

for (const message of [
  null,
  1,
  "resync",
  [],
  {},
  { kind: "other" },
  { kind: ["resync"] },
  { kind: "tenant" },
  { kind: "tenant", tenant_id: 7 },
  { textPayload: "no log's name" },
  { logName: 1 },
  { jsonPayload: [] },
]) {
  test(`refuses ${JSON.stringify(message)}`, () => {
    assert.throws(
      () => parseMessage(message),
      (error: unknown) => error instanceof MessageError,
    );
  });
}

test.run();
