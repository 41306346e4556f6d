/**
 * A subscriber of the topic of status events, as one of the company's own services would be.
 *
 * @module
 */
import { PubSub } from "@google-cloud/pubsub";
import type { Message } from "@google-cloud/pubsub";
import { randomUUID } from "node:crypto";
import * as assert from "uvu/assert";
import type { Stack } from "../../scripts/local/local-stack.ts";
import { TENANT_STATUS } from "../../shared/pubsub/bus.ts";

/** A status event, as it was delivered. */
export interface Delivered {
  id: string;
  type: string;
  sequence: number;
  data: Record<string, unknown>;
}

/** Subscribes, in order for each tenant. What was published before it does not come. */
export async function subscribeToStatus({
  projectId,
  pubsubHost,
}: Pick<Stack, "projectId" | "pubsubHost">) {
  const pubsub = new PubSub({ projectId, apiEndpoint: pubsubHost, emulatorMode: true });
  const name = `told-${randomUUID()}`;
  const topic = pubsub.topic(TENANT_STATUS);
  const [subscription] = await topic.createSubscription(name, { enableMessageOrdering: true });
  const delivered = new Map<string, Delivered[]>();
  const texts: string[] = [];
  subscription.on("message", (message: Message) => {
    const text = message.data.toString();
    texts.push(text);
    const event = JSON.parse(text) as Delivered & { subject: string };
    const { id, type, sequence, subject, data } = event;
    const before = delivered.get(subject) ?? [];
    delivered.set(subject, [...before, { id, type, sequence: Number(sequence), data }]);
    message.ack();
  });
  // What is wrong with a subscriber shows in what it was told.
  subscription.on("error", () => {});
  return {
    /** All that came, as text. */
    texts,
    /** What came of a tenant, repetitions left out. Fails where anything came before what it follows. */
    eventsOf(tenantId: string): Delivered[] {
      const events: Delivered[] = [];
      for (const event of delivered.get(tenantId) ?? []) {
        const last = events.length;
        const repeated = events[event.sequence - 1];
        if (repeated !== undefined)
          assert.equal(event, repeated, `${event.id} in every repetition`);
        else assert.is(event.sequence, last + 1, `${tenantId}: no event before those it follows`);
        if (repeated === undefined) events.push(event);
      }
      return events;
    },
    async stop() {
      await subscription.close();
      await pubsub.close();
    },
  };
}
