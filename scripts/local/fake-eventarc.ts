/**
 * Fakes Eventarc: sends the CloudEvent that it sends when a document of a collection is
 * created, and sends it again until it is taken.
 *
 * The form is that of https://cloud.google.com/eventarc/docs/workflows/cloudevents and of
 * https://cloud.google.com/firestore/native/docs/eventarc, in binary content mode.
 *
 * @module
 */
import { Timestamp } from "@google-cloud/firestore";
import type { DocumentSnapshot, Firestore } from "@google-cloud/firestore";
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import protobuf from "protobufjs";

/**
 * The messages of google.events.cloud.firestore.v1 that a document of ours needs, from
 * https://github.com/googleapis/google-cloudevents/blob/main/proto/google/events/cloud/firestore/v1/data.proto
 */
const { root } = protobuf.parse(`
  syntax = "proto3";
  package google.events.cloud.firestore.v1;
  message Timestamp { int64 seconds = 1; int32 nanos = 2; }
  message MapValue { map<string, Value> fields = 1; }
  message Value {
    oneof value_type {
      int32 null_value = 11;
      bool boolean_value = 1;
      int64 integer_value = 2;
      double double_value = 3;
      Timestamp timestamp_value = 10;
      string string_value = 17;
      MapValue map_value = 6;
    }
  }
  message Document {
    string name = 1;
    map<string, Value> fields = 2;
    Timestamp create_time = 3;
    Timestamp update_time = 4;
  }
  message DocumentEventData { Document value = 1; Document old_value = 2; }
`);
export const DocumentEventData = root.lookupType(
  "google.events.cloud.firestore.v1.DocumentEventData",
);

export interface EventarcOptions {
  firestore: Firestore;
  projectId: string;
  /** Of whose documents it tells, and nobody of those below them. */
  collection: string;
  /** Where the function listens that is told. */
  targetUrl: string;
}

/** Eventarc's own pauses are longer; on one machine nobody wants to wait for them. */
const RETRY_MILLISECONDS = 1_000;

/** What a function with a few instances takes at once. All at once would leave a busy emulator no time for anything else. */
const MAX_AT_ONCE = 8;

/** Starts to listen. Call the answer to stop. */
export function listenForDocuments(options: EventarcOptions): () => void {
  const stopping = new AbortController();
  const { signal } = stopping;
  const deliveries = createDeliveries(options, signal);
  let stop = () => {};
  function listen(): void {
    if (signal.aborted) return;
    stop = options.firestore.collection(options.collection).onSnapshot(
      (snapshot) => {
        for (const { type, doc } of snapshot.docChanges()) {
          if (type === "added") deliveries.add(toEvent(doc, options.projectId));
        }
      },
      // A busy emulator may end the stream for good. Listening anew tells of every document once more,
      // and an event may come twice.
      () => void sleep(RETRY_MILLISECONDS, undefined, { ref: false }).then(listen),
    );
  }
  listen();
  return () => {
    stopping.abort();
    stop();
  };
}

/** The event of a document: the same however often it is sent. */
interface DocumentEvent {
  path: string;
  headers: Record<string, string>;
  body: Uint8Array<ArrayBuffer>;
}

/** Delivers some events at a time, in their order; one that is not taken comes again behind the others. */
function createDeliveries({ targetUrl }: EventarcOptions, signal: AbortSignal) {
  const waiting = new Map<string, DocumentEvent>();
  let atWork = 0;

  function goOn(): void {
    for (const [path, event] of waiting) {
      if (atWork === MAX_AT_ONCE || signal.aborted) return;
      waiting.delete(path);
      atWork += 1;
      void work(event);
    }
  }

  async function work(event: DocumentEvent): Promise<void> {
    const isTaken = await deliver(event, targetUrl, signal);
    atWork -= 1;
    goOn();
    if (isTaken) return;
    await sleep(RETRY_MILLISECONDS, undefined, { signal }).catch(() => {});
    add(event);
  }

  function add(event: DocumentEvent): void {
    waiting.set(event.path, event);
    goOn();
  }

  return { add };
}

/** Whether it was taken. */
async function deliver(
  { headers, body }: DocumentEvent,
  targetUrl: string,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    return (await fetch(targetUrl, { method: "POST", headers, body, signal })).ok;
  } catch {
    // Nobody listens, at the moment.
    return false;
  }
}

function toEvent(document: DocumentSnapshot, projectId: string): DocumentEvent {
  return {
    path: document.ref.path,
    headers: eventHeaders(document, projectId),
    body: eventData(document, projectId),
  };
}

function eventHeaders(document: DocumentSnapshot, projectId: string): Record<string, string> {
  const database = "(default)";
  return {
    "content-type": "application/protobuf",
    "ce-specversion": "1.0",
    "ce-id": randomUUID(),
    "ce-type": "google.cloud.firestore.document.v1.created",
    "ce-source": `//firestore.googleapis.com/projects/${projectId}/databases/${database}`,
    "ce-subject": `documents/${document.ref.path}`,
    "ce-time": new Date().toISOString(),
    "ce-dataschema":
      "https://github.com/googleapis/google-cloudevents/blob/main/proto/google/events/cloud/firestore/v1/data.proto",
    "ce-document": document.ref.path,
    "ce-database": database,
    "ce-project": projectId,
    "ce-location": "local",
    "ce-namespace": "(default)",
  };
}

function eventData(document: DocumentSnapshot, projectId: string): Uint8Array<ArrayBuffer> {
  const value = {
    name: `projects/${projectId}/databases/(default)/documents/${document.ref.path}`,
    fields: toFields(document.data() ?? {}),
    createTime: toTime(document.createTime),
    updateTime: toTime(document.updateTime),
  };
  return new Uint8Array(DocumentEventData.encode(DocumentEventData.fromObject({ value })).finish());
}

function toFields(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, toValue(value)]));
}

function toValue(value: unknown): Record<string, unknown> {
  if (value === null) return { nullValue: 0 };
  if (value instanceof Timestamp) return { timestampValue: toTime(value) };
  switch (typeof value) {
    case "boolean":
      return { booleanValue: value };
    case "string":
      return { stringValue: value };
    case "number":
      return Number.isInteger(value) ? { integerValue: value } : { doubleValue: value };
    case "object":
      return { mapValue: { fields: toFields(value as Record<string, unknown>) } };
    default:
      throw new TypeError(`a document holds a ${typeof value}`);
  }
}

function toTime(time: Timestamp | undefined): { seconds: number; nanos: number } | undefined {
  return time && { seconds: time.seconds, nanos: time.nanoseconds };
}
