/**
 * The topics and subscriptions that Terraform makes in the cloud, on the Pub/Sub emulator.
 *
 * @module
 */
import type { PubSub } from "@google-cloud/pubsub";
import { CLUSTER_EVENTS, DEAD_LETTERS, TENANT_EVENTS } from "../../shared/bus.ts";

/** Makes the topics, with a push subscription of provision to each of the two kinds of events. */
export async function createTopics(pubsub: PubSub, provisionUrl: string): Promise<void> {
  await Promise.all(
    [TENANT_EVENTS, CLUSTER_EVENTS, DEAD_LETTERS].map((topic) => pubsub.createTopic(topic)),
  );
  const { projectId } = pubsub;
  const push = [TENANT_EVENTS, CLUSTER_EVENTS].map((topic) =>
    pubsub.topic(topic).createSubscription(`${topic}-provision`, {
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
  const pull = pubsub.topic(DEAD_LETTERS).createSubscription(DEAD_LETTERS);
  await Promise.all([...push, pull]);
}
