/** What becomes of a message that nobody can understand, on the stack of `npm start`. */
import { PubSub } from "@google-cloud/pubsub";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DEAD_LETTERS, TENANT_EVENTS } from "../../shared/pubsub/bus.ts";
import { logLinesIn } from "../testkit/log-lines.ts";
import { startTestStack } from "../testkit/stack-fixture.ts";
import type { TestStack } from "../testkit/stack-fixture.ts";

const test = suite("dead letters");

let it: TestStack;
test.before(async () => {
  it = await startTestStack();
});
test.after(async () => {
  await it.stop();
});

test("a message that cannot be understood ends among the dead letters, and blocks nobody", async () => {
  const pubsub = new PubSub({
    projectId: it.stack.projectId,
    apiEndpoint: it.stack.pubsubHost,
    emulatorMode: true,
  });
  try {
    // As the real subscription, but with the fewest attempts and the shortest pauses there are.
    const { pushConfig } = (
      await pubsub.subscription(`${TENANT_EVENTS}-provision`).getMetadata()
    )[0];
    const topic = `projects/${it.stack.projectId}/topics/${DEAD_LETTERS}`;
    await pubsub.topic(TENANT_EVENTS).createSubscription("reader", {
      pushEndpoint: pushConfig?.pushEndpoint ?? "",
      retryPolicy: { minimumBackoff: { seconds: 0 }, maximumBackoff: { seconds: 1 } },
      deadLetterPolicy: { deadLetterTopic: topic, maxDeliveryAttempts: 5 },
    });
    const data = Buffer.from("no trigger at all");
    const letter = nextMessage(pubsub, DEAD_LETTERS, data);
    const messageId = await pubsub.topic(TENANT_EVENTS).publishMessage({ data });
    const body = { organization: "Acme", subdomain: "acme", email: "office@acme.example" };
    const { id } = (await it.call("POST", "/tenants", { body })).body;
    await it.until(String(id), "active");
    await letter;
    const lines = logLinesIn(join(it.stack.logDirectory, "provision.log"));
    const refused = lines.filter((line) => line["messageId"] === messageId);
    assert.ok(refused.length >= 5);
    assert.is(refused[0]?.["severity"], "ERROR");
    await pubsub.subscription("reader").delete();
  } finally {
    await pubsub.close();
  }
});

/** Waits for a message with these data, and takes it. */
async function nextMessage(pubsub: PubSub, subscription: string, data: Buffer): Promise<void> {
  const messages = pubsub.subscription(subscription);
  await new Promise<void>((resolve, reject) => {
    messages.on("error", reject).on("message", (message: { data: Buffer; ack: () => void }) => {
      message.ack();
      if (message.data.equals(data)) resolve();
    });
  });
  await messages.close();
}

test.run();
