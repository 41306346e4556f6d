/**
 * A status event as the company's services get it: a CloudEvent 1.0 in the JSON format
 * (https://github.com/cloudevents/spec/tree/v1.0.2/cloudevents), in a Pub/Sub message in structured mode.
 *
 * @module
 */
import { eventId } from "../tenant/status-event.ts";
import type { StatusEvent, StatusView } from "../tenant/status-event.ts";

/** Before a status event's type: `app.kairos.tenant.active`. */
const TYPE_PREFIX = "app.kairos.tenant.";

/** As many digits as there are in the greatest number of events that a tenant can have had. */
const SEQUENCE_DIGITS = 10;

export interface CloudEvent {
  specversion: "1.0";
  /** The same in every repetition. */
  id: string;
  source: string;
  type: string;
  /** The tenant's id. */
  subject: string;
  time: string;
  datacontenttype: "application/json";
  /** The extension of that name: as a text it sorts as the events of a tenant came about. */
  sequence: string;
  data: StatusView;
}

/** A message of Pub/Sub's. */
export interface Message {
  data: Uint8Array;
  attributes: Record<string, string>;
  orderingKey: string;
}

/** The project tells two control planes apart. */
export function toCloudEvent(event: StatusEvent, projectId: string): CloudEvent {
  return {
    specversion: "1.0",
    id: eventId(event),
    source: `//kairos.app/projects/${projectId}`,
    type: `${TYPE_PREFIX}${event.type}`,
    subject: event.tenant_id,
    time: event.time.toISOString(),
    datacontenttype: "application/json",
    sequence: String(event.sequence).padStart(SEQUENCE_DIGITS, "0"),
    data: event.data,
  };
}

/** The attributes are for the filters of subscriptions; all that is said is in the data. */
export function toMessage(event: CloudEvent): Message {
  const { type, sequence, subject } = event;
  return {
    data: Buffer.from(JSON.stringify(event)),
    attributes: { "content-type": "application/cloudevents+json", type, sequence },
    orderingKey: subject,
  };
}
