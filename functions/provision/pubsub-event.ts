/**
 * Reads the message out of the CloudEvent that the functions framework makes of a Pub/Sub push.
 *
 * @module
 */
import type { CloudEvent } from "@google-cloud/functions-framework";
import { HintError } from "../../shared/hint.ts";

/** The message's data as parsed JSON. Throws a `HintError` for anything else. */
export function parsePubSubEvent(event: CloudEvent<unknown>): unknown {
  // A message without data comes through the framework unconverted, and without a type.
  const { type, data } = event as { type?: unknown; data?: { message?: { data?: unknown } } };
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
