/**
 * What triggers the functions, as JSON Schema and as far as it is read: further fields are let through,
 * since the senders are Google's, or of another version than the receiver.
 *
 * @module
 */

/** A message on the topic `tenant-events`. */
export const triggerSchema = {
  anyOf: [
    {
      type: "object",
      required: ["kind", "tenant_id"],
      properties: { kind: { const: "tenant" }, tenant_id: { type: "string" } },
    },
    {
      type: "object",
      required: ["kind", "tenant_id"],
      properties: { kind: { const: "domains" }, tenant_id: { type: "string" } },
    },
    { type: "object", required: ["kind"], properties: { kind: { const: "resync" } } },
    { type: "object", required: ["kind"], properties: { kind: { const: "garbage-collection" } } },
  ],
} as const;

/**
 * A message on the topic `cluster-events`, as the Log Router sends it: known by its payload or, where
 * that is of another form, by the name that every LogEntry has.
 * https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry
 */
export const logEntrySchema = {
  anyOf: [
    { type: "object", required: ["jsonPayload"], properties: { jsonPayload: { type: "object" } } },
    { type: "object", required: ["logName"], properties: { logName: { type: "string" } } },
  ],
} as const;

/** A LogEntry of which the payload is a Kubernetes event about a Job. */
export const jobEventSchema = {
  type: "object",
  required: ["jsonPayload"],
  properties: {
    jsonPayload: {
      type: "object",
      required: ["involvedObject"],
      properties: {
        involvedObject: {
          type: "object",
          required: ["kind", "name"],
          properties: { kind: { const: "Job" }, name: { type: "string" } },
        },
      },
    },
  },
} as const;

/** The CloudEvent that the functions framework makes of a Pub/Sub push; the data is in base64. */
export const pubSubEventSchema = {
  type: "object",
  required: ["type", "data"],
  properties: {
    type: { type: "string" },
    data: {
      type: "object",
      required: ["message"],
      properties: {
        message: {
          type: "object",
          required: ["data"],
          properties: { data: { type: "string" } },
        },
      },
    },
  },
} as const;

/** Any CloudEvent, by its id, which for one of Pub/Sub's is the message's. */
export const cloudEventSchema = {
  type: "object",
  required: ["id"],
  properties: { id: { type: "string" } },
} as const;

/** A Pub/Sub push as it comes. The framework does not convert one of a message without data. */
export const pubSubPushSchema = {
  type: "object",
  required: ["message"],
  properties: {
    message: {
      type: "object",
      required: ["messageId"],
      properties: { messageId: { type: "string" } },
    },
  },
} as const;

/** The CloudEvent of a document that was created in the collection `deletions`. */
export const deletionEventSchema = {
  type: "object",
  required: ["subject"],
  properties: { subject: { type: "string", pattern: "^documents/deletions/[^/]+$" } },
} as const;

/** The CloudEvent of a document that was created in the collection `events`. */
export const outboxEventSchema = {
  type: "object",
  required: ["subject"],
  properties: {
    subject: { type: "string", pattern: "^documents/events/[^/]+$" },
    time: { type: "string" },
  },
} as const;
