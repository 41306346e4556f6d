/**
 * Reads the message out of the CloudEvent that the functions framework makes of a Pub/Sub push.
 *
 * @module
 */
import { MessageError } from "../../shared/pubsub/messages.ts";
import {
  cloudEventSchema,
  pubSubEventSchema,
  pubSubPushSchema,
} from "../../shared/pubsub/message-schemas.ts";
import { parserOf } from "../../shared/platform/schema-parser.ts";

const parseEvent = parserOf(pubSubEventSchema);
const parseAnyEvent = parserOf(cloudEventSchema);
const parsePush = parserOf(pubSubPushSchema);

/** The message's data as parsed JSON. Throws a `MessageError` for anything else. */
export function parsePubSubEvent(event: unknown): unknown {
  const parsed = parseEvent(event);
  if (!parsed.ok) throw new MessageError("the event is not a Pub/Sub message with data");
  const text = Buffer.from(parsed.value.data.message.data, "base64").toString("utf8");
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new MessageError("the message's data is not JSON", { cause: error });
  }
}

/** The id that Pub/Sub gave the message; null where it is not to be found. */
export function messageIdOf(event: unknown): string | null {
  const converted = parseAnyEvent(event);
  if (converted.ok) return converted.value.id;
  const push = parsePush(event);
  return push.ok ? push.value.message.messageId : null;
}
