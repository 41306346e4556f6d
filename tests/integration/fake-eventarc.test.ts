/** The fake Eventarc, on the official Firestore emulator. */
import { Timestamp } from "@google-cloud/firestore";
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DocumentEventData, listenForDocuments } from "../../scripts/local/fake-eventarc.ts";
import { startFirestore } from "../testkit/own-emulators.ts";
import { eventually } from "../testkit/stack-fixture.ts";

const test = suite("the Eventarc fake");

interface Received {
  headers: IncomingHttpHeaders;
  body: Buffer;
}

let it: Awaited<ReturnType<typeof startFirestore>>;
const received: Received[] = [];
let refusals = 0;
const target = createServer((request, response) => void receive(request, response));

async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
  received.push({ headers: request.headers, body: await buffer(request) });
  response.writeHead(refusals-- > 0 ? 500 : 204).end();
}
let stop: () => void;

test.before(async () => {
  it = await startFirestore();
  await new Promise<void>((resolve) => target.listen(0, "127.0.0.1", resolve));
  const targetUrl = `http://127.0.0.1:${(target.address() as AddressInfo).port}`;
  const common = { firestore: it.client, projectId: "kairos-test", targetUrl };
  const stops = [
    listenForDocuments({ ...common, collection: "deletions" }),
    listenForDocuments({ ...common, collection: "events" }),
  ];
  stop = () => stops.forEach((each) => each());
});
test.after(async () => {
  stop();
  target.close();
  await it.stop();
});

const about = (id: string) =>
  received.filter(({ headers }) => headers["ce-subject"] === `documents/deletions/${id}`);

test("sends the CloudEvent of a created document, with its data in protobuf", async () => {
  const id = randomUUID();
  const requested_at = Timestamp.fromMillis(1_790_000_000_123);
  await it.client.doc(`deletions/${id}`).create({ requested_at, completed_at: null });
  const { headers, body } = await eventually("the event is here", async () => about(id)[0] ?? null);

  const expected = {
    "content-type": "application/protobuf",
    "ce-specversion": "1.0",
    "ce-type": "google.cloud.firestore.document.v1.created",
    "ce-source": "//firestore.googleapis.com/projects/kairos-test/databases/(default)",
    "ce-document": `deletions/${id}`,
    "ce-database": "(default)",
    "ce-project": "kairos-test",
    "ce-namespace": "(default)",
  };
  for (const [name, value] of Object.entries(expected)) assert.is(headers[name], value, name);
  assert.ok(headers["ce-id"]);
  assert.ok(headers["ce-location"]);
  assert.ok(Date.parse(String(headers["ce-time"])) > 0);

  const { value } = DocumentEventData.toObject(DocumentEventData.decode(body), {
    longs: Number,
  }) as { value: { name: string; fields: Record<string, unknown> } };
  assert.is(value.name, `projects/kairos-test/databases/(default)/documents/deletions/${id}`);
  assert.equal(value.fields, {
    requested_at: { timestampValue: { seconds: 1_790_000_000, nanos: 123_000_000 } },
    completed_at: { nullValue: 0 },
  });
});

test("sends that of a document of another collection, with what is in its maps", async () => {
  const id = `${randomUUID()}.1`;
  const data = { status: "active", generation: 2, retryable: false, reason: null };
  await it.client.doc(`events/${id}`).create({ time: Timestamp.fromMillis(0), sequence: 1, data });
  const isAbout = ({ headers }: Received) => headers["ce-subject"] === `documents/events/${id}`;
  const event = await eventually("it is here", async () => received.find(isAbout) ?? null);
  assert.is(event.headers["ce-document"], `events/${id}`);
  const { value } = DocumentEventData.toObject(DocumentEventData.decode(event.body), {
    longs: Number,
  }) as { value: { fields: Record<string, unknown> } };
  const fields = {
    status: { stringValue: "active" },
    generation: { integerValue: 2 },
    retryable: { booleanValue: false },
    reason: { nullValue: 0 },
  };
  assert.equal(value.fields, {
    time: { timestampValue: { seconds: 0, nanos: 0 } },
    sequence: { integerValue: 1 },
    data: { mapValue: { fields } },
  });
  // Another look is taken, and it is not told of again.
  const next = `${randomUUID()}.1`;
  await it.client.doc(`events/${next}`).create({ time: Timestamp.fromMillis(1) });
  await eventually(
    "the next one is here",
    async () =>
      received.find(({ headers }) => headers["ce-subject"] === `documents/events/${next}`) ?? null,
  );
  assert.is(received.filter(isAbout).length, 1);
});

test("says nothing of a document of a third", async () => {
  await it.client.doc(`tenants/${randomUUID()}`).create({});
  const id = randomUUID();
  await it.client.doc(`deletions/${id}`).create({ requested_at: Timestamp.now() });
  await eventually("the next event is here", async () => about(id)[0] ?? null);
  assert.not(received.some(({ headers }) => String(headers["ce-subject"]).includes("tenants")));
});

test("says nothing of a changed or deleted document", async () => {
  const id = randomUUID();
  const document = it.client.doc(`deletions/${id}`);
  await document.create({ requested_at: Timestamp.now() });
  await eventually("the event is here", async () => about(id)[0] ?? null);
  await document.update({ completed_at: Timestamp.now() });
  await document.delete();
  // What comes after it has arrived, and still there is no second event.
  const next = randomUUID();
  await it.client.doc(`deletions/${next}`).create({ requested_at: Timestamp.now() });
  await eventually("the next event is here", async () => about(next)[0] ?? null);
  assert.is(about(id).length, 1);
});

test("sends an event that is refused again, as the same event", async () => {
  refusals = 1;
  const id = randomUUID();
  await it.client.doc(`deletions/${id}`).create({ requested_at: Timestamp.now() });
  await eventually("it has come twice", async () => (about(id).length >= 2 ? true : null));
  assert.is(new Set(about(id).map(({ headers }) => headers["ce-id"])).size, 1);
});

test.run();
