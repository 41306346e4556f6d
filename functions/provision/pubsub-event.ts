/**
 * Reads the message out of the CloudEvent that the functions framework makes of a Pub/Sub push.
 *
 * @module
 */
import { HintError } from "../../shared/hint.ts";

/**
 * A Pub/Sub push as the framework gives it. A message without data comes through unconverted, and so
 * without a type and an id.
 */
interface PubSubEvent {
  type?: unknown;
  id?: unknown;
  data?: { message?: { data?: unknown } } | null;
  message?: { messageId?: unknown } | null;
}

/** The message's data as parsed JSON. Throws a `HintError` for anything else. */
export function parsePubSubEvent(event: unknown): unknown {
  const { type, data } = (event ?? {}) as PubSubEvent;
  const encoded = data?.message?.data;
  if (typeof type !== "string" || typeof encoded !== "string") {
    throw new HintError("the event is not a Pub/Sub message with data");
  }
  try {
    return JSON.parse(Buffer.from(encoded, "base64").toString("utf8")) as unknown;
  } catch (error) {
    throw new HintError("the message's data is not JSON", { cause: error });
  }
}

/** The id that Pub/Sub gave the message; null where it is not to be found. */
export function messageIdOf(event: unknown): string | null {
  const { id, message } = (event ?? {}) as PubSubEvent;
  const found = id ?? message?.messageId;
  return typeof found === "string" ? found : null;
}
