/** The CloudEvent of a status event, against CloudEvents' own schema and what its texts say beside that. */
import { Ajv } from "ajv";
import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { someEvent } from "../../tests/testkit/some-event.ts";
import { toCloudEvent, toMessage } from "./cloud-event.ts";

const test = suite("the CloudEvent of a status event");

const ID = "0c16443d-3d8e-4c0d-b43c-ac1174140611";

/** The formats that the schema names, as strictly as its texts. */
const FORMATS = {
  "date-time": /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/,
  uri: (text: string) => URL.canParse(text),
  "uri-reference": (text: string) => URL.canParse(text, "https://base.example"),
};

const schema = JSON.parse(
  readFileSync(new URL("../../tests/fixtures/cloudevents-1.0.json", import.meta.url), "utf8"),
) as object;
const isCloudEvent = new Ajv({ strict: false, formats: FORMATS }).compile(schema);

test("is one by the schema of CloudEvents 1.0, which refuses what is none", () => {
  const event = toCloudEvent(someEvent(ID, 3), "acme-prod");
  const sent = JSON.parse(JSON.stringify(event)) as Record<string, unknown>;
  assert.ok(isCloudEvent(sent), JSON.stringify(isCloudEvent.errors));
  assert.not(isCloudEvent({ ...sent, id: "" }));
  assert.not(isCloudEvent({ ...sent, time: "yesterday" }));
  assert.not(isCloudEvent({ ...sent, source: undefined }));
});

test("says whose it is, which one, and what has come about", () => {
  const event = { ...someEvent(ID, 3), type: "failed" as const };
  assert.equal(toCloudEvent(event, "acme-prod"), {
    specversion: "1.0",
    id: `${ID}.3`,
    source: "//kairos.app/projects/acme-prod",
    type: "app.kairos.tenant.failed",
    subject: ID,
    time: event.time.toISOString(),
    datacontenttype: "application/json",
    sequence: "0000000003",
    data: event.data,
  });
});

test("has attributes with names that CloudEvents allows: small letters and digits", () => {
  for (const name of Object.keys(toCloudEvent(someEvent(ID, 1), "acme-prod"))) {
    assert.match(name, /^[a-z0-9]+$/);
  }
});

test("has a sequence that sorts as a text", () => {
  const sequenceOf = (number: number) => toCloudEvent(someEvent(ID, number), "p").sequence;
  const numbers = [1, 2, 9, 10, 11, 99, 100, 2 ** 31];
  assert.equal(numbers.map(sequenceOf).toSorted(), numbers.map(sequenceOf));
});

test("goes in a message that says what it is, and in the order of its tenant", () => {
  const event = toCloudEvent(someEvent(ID, 3), "acme-prod");
  const { data, attributes, orderingKey } = toMessage(event);
  assert.equal(JSON.parse(Buffer.from(data).toString()), event);
  assert.equal(attributes, {
    "content-type": "application/cloudevents+json",
    type: "app.kairos.tenant.active",
    sequence: "0000000003",
  });
  assert.is(orderingKey, ID);
});

test.run();
