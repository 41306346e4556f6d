import type { CloudEvent } from "@google-cloud/functions-framework";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { HintError } from "../../shared/hint.ts";
import { parsePubSubEvent } from "./pubsub-event.ts";

const test = suite("parsePubSubEvent");

const event = (
  data: unknown,
  more: object = { type: "google.cloud.pubsub.topic.v1.messagePublished" },
) => ({ ...more, data: { message: { data } } }) as CloudEvent<unknown>;
const encode = (text: string) => Buffer.from(text).toString("base64");

test("gives the message's data as JSON", () => {
  assert.equal(parsePubSubEvent(event(encode('{"kind":"sweep"}'))), { kind: "sweep" });
});

const refused: [sentence: string, event: CloudEvent<unknown>][] = [
  ["an event without a type, as a message without data arrives", event(encode("{}"), {})],
  ["a message without data", event(undefined)],
  ["data that is not JSON", event(encode("sweep"))],
  ["an event without a message", {} as CloudEvent<unknown>],
];
for (const [sentence, refusedEvent] of refused) {
  test(`refuses ${sentence}`, () => {
    assert.throws(
      () => parsePubSubEvent(refusedEvent),
      (error: unknown) => error instanceof HintError,
    );
  });
}

test.run();
