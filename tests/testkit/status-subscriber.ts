/**
 * A subscriber of `tenant-status` that keeps what comes.
 *
 * @module
 */
import type { Message, PubSub } from "@google-cloud/pubsub";
import { randomUUID } from "node:crypto";
import * as assert from "uvu/assert";
import { TENANT_STATUS } from "../../shared/pubsub/bus.ts";
import type { CloudEvent } from "../../shared/pubsub/cloud-event.ts";

export interface ReceivedEvent {
  event: CloudEvent;
  attributes: Record<string, string>;
  orderingKey: string;
}

/** Subscribes from now on, in the order of each tenant. */
export async function subscribeToStatus(pubsub: PubSub) {
  const received: ReceivedEvent[] = [];
  const [subscription] = await pubsub
    .topic(TENANT_STATUS)
    .createSubscription(`test-${randomUUID()}`, { enableMessageOrdering: true });
  subscription.on("message", (message: Message) => {
    const { data, attributes, orderingKey = "" } = message;
    received.push({ event: JSON.parse(data.toString()) as CloudEvent, attributes, orderingKey });
    message.ack();
  });
  return {
    received,
    /** The ids that came of a tenant, in that order. */
    idsOf: (tenantId: string) =>
      received.filter(({ event }) => event.subject === tenantId).map(({ event }) => event.id),
    /**
     * What came of a tenant, repetitions left out. Fails where an event came before one that it follows, or is another
     * in its repetition.
     */
    eventsOf(tenantId: string): CloudEvent[] {
      const events: CloudEvent[] = [];
      for (const { event } of received.filter((each) => each.event.subject === tenantId)) {
        const before = events[Number(event.sequence) - 1];
        if (before !== undefined) {
          assert.equal(event, before, `${event.id} is the same in every repetition`);
          continue;
        }
        assert.is(Number(event.sequence), events.length + 1, `${event.id} comes in its turn`);
        events.push(event);
      }
      return events;
    },
    async stop(): Promise<void> {
      await subscription.close();
      await subscription.delete();
    },
  };
}
