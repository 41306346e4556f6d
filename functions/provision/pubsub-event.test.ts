import { suite } from "uvu";
import * as assert from "uvu/assert";
import { MessageError } from "../../shared/pubsub/messages.ts";
import { messageIdOf, parsePubSubEvent } from "./pubsub-event.ts";

const test = suite("parsePubSubEvent");

const event = (
  data: unknown,
  more: object = { type: "google.cloud.pubsub.topic.v1.messagePublished" },
) => ({ ...more, data: { message: { data } } });
const encode = (text: string) => Buffer.from(text).toString("base64");

test("gives the message's data as JSON", () => {
  assert.equal(parsePubSubEvent(event(encode('{"kind":"resync"}'))), { kind: "resync" });
});

const refused: [sentence: string, event: unknown][] = [
  ["an event without a type, as a message without data arrives", event(encode("{}"), {})],
  ["an event of which the type is no text", event(encode("{}"), { type: 7 })],
  ["a message without data", event(undefined)],
  ["a message of which the data is no text", event(7)],
  ["data that is not JSON", event(encode("resync"))],
  ["an event without data", { type: "t", data: null }],
  ["an event without a message", { type: "t", data: {} }],
  ["no event", null],
];
for (const [sentence, refusedEvent] of refused) {
  test(`refuses ${sentence}`, () => {
    assert.throws(
      () => parsePubSubEvent(refusedEvent),
      (error: unknown) => error instanceof MessageError,
    );
  });
}

const ids: [sentence: string, event: unknown, id: string | null][] = [
  ["an event", { id: "7", data: { message: { messageId: "8" } } }, "7"],
  ["a push that came through unconverted", { message: { messageId: "8" } }, "8"],
  ["an event without one", { data: { message: { data: "e30=" } } }, null],
  ["an id that is no text", { id: 7 }, null],
  ["a message's id that is no text", { message: { messageId: 8 } }, null],
  ["a push of a message without one", { message: {} }, null],
  ["an event without a message", { message: null }, null],
  ["no event", null, null],
  ["nothing", undefined, null],
];
for (const [sentence, named, id] of ids) {
  test(`finds the message's id in ${sentence}: ${id}`, () => assert.is(messageIdOf(named), id));
}

test.run();
