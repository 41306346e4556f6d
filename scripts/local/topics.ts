/**
 * The topics and subscriptions that Terraform makes in the cloud, on the Pub/Sub emulator.
 *
 * @module
 */
import type { CreateSubscriptionOptions, PubSub } from "@google-cloud/pubsub";
import {
  CLUSTER_EVENTS,
  DEAD_LETTERS,
  TENANT_EVENTS,
  TENANT_STATUS,
} from "../../shared/pubsub/bus.ts";

/** Codes of gRPC. */
const NOT_FOUND = 5;
const ALREADY_EXISTS = 6;

/**
 * Makes the topics, with a push subscription of provision to each of the two kinds of events. An
 * emulator that already ran may have those of an earlier stack: the topics are as good as new ones, the
 * subscriptions, which push to where that stack was, are replaced. `tenant-status` has none of its own, as in the
 * cloud: whoever wants to know subscribes.
 */
export async function createTopics(pubsub: PubSub, provisionUrl: string): Promise<void> {
  await Promise.all(
    [TENANT_EVENTS, CLUSTER_EVENTS, TENANT_STATUS, DEAD_LETTERS].map((topic) =>
      unless(ALREADY_EXISTS, pubsub.createTopic(topic)),
    ),
  );
  const { projectId } = pubsub;
  const push = [TENANT_EVENTS, CLUSTER_EVENTS].map((topic) =>
    replaceSubscription(pubsub, topic, `${topic}-provision`, {
      // The framework reads the topic from the path.
      pushEndpoint: `${provisionUrl}/projects/${projectId}/topics/${topic}`,
      ackDeadlineSeconds: 600,
      retryPolicy: { minimumBackoff: { seconds: 10 }, maximumBackoff: { seconds: 600 } },
      deadLetterPolicy: {
        deadLetterTopic: `projects/${projectId}/topics/${DEAD_LETTERS}`,
        maxDeliveryAttempts: 20,
      },
    }),
  );
  // Without a subscription, what is published to the dead-letter topic would vanish.
  const pull = replaceSubscription(pubsub, DEAD_LETTERS, DEAD_LETTERS, {});
  await Promise.all([...push, pull]);
}

async function replaceSubscription(
  pubsub: PubSub,
  topic: string,
  name: string,
  options: CreateSubscriptionOptions,
): Promise<void> {
  await unless(NOT_FOUND, pubsub.subscription(name).delete());
  await pubsub.topic(topic).createSubscription(name, options);
}

/** Awaits a call that may fail with this code. */
async function unless(code: number, call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if ((error as { code?: unknown }).code !== code) throw error;
  }
}
