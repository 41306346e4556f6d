/**
 * The bus: publishing to Pub/Sub. A trigger only starts a reconcile, so one that is lost costs time and nothing
 * else: the resync finds what it would have named. A status event stays in the outbox until Pub/Sub has taken it.
 *
 * @module
 */
import { v1 } from "@google-cloud/pubsub";
import { within } from "../platform/deadline.ts";
import { AdapterError } from "../platform/errors.ts";
import { connectionOptions } from "../platform/google-clients.ts";
import type { StatusEvent } from "../tenant/status-event.ts";
import { toCloudEvent, toMessage } from "./cloud-event.ts";
import type { Message } from "./cloud-event.ts";
import type { Trigger } from "./messages.ts";

export const TENANT_EVENTS = "tenant-events";
export const CLUSTER_EVENTS = "cluster-events";
/** What the company's own services subscribe to. */
export const TENANT_STATUS = "tenant-status";
export const DEAD_LETTERS = "dead-letters";

export interface BusOptions {
  projectId: string;
  /** `host:port` of an emulator; without it, Google Cloud's own Pub/Sub. */
  emulatorHost?: string | undefined;
}

export type Bus = ReturnType<typeof openBus>;

/** No message is worth more of a caller's time than this. */
const PUBLISH_MILLISECONDS = 3_000;

/** Opens the bus. Connects at the first call. */
export function openBus({ projectId, emulatorHost }: BusOptions) {
  // The client beneath `PubSub`, which would batch messages, and loads what that takes.
  const publisher = new v1.PublisherClient({
    projectId,
    fallback: true,
    ...connectionOptions(PUBLISH_MILLISECONDS, emulatorHost),
    ...(emulatorHost === undefined ? {} : addressOf(emulatorHost)),
  });

  async function send(topic: string, message: Partial<Message>): Promise<void> {
    const request = { topic: `projects/${projectId}/topics/${topic}`, messages: [message] };
    try {
      await within(PUBLISH_MILLISECONDS, publisher.publish(request));
    } catch (error) {
      const code = isRefusal(error) ? "invalid" : "unavailable";
      throw new AdapterError("bus", code, `Pub/Sub: ${code}`, { cause: error });
    }
  }

  return {
    /** Publishes a trigger. Throws an `AdapterError` when Pub/Sub does not take it in time. */
    publish: (trigger: Trigger): Promise<void> =>
      send(TENANT_EVENTS, { data: Buffer.from(JSON.stringify(trigger)) }),
    /** Publishes a status event, and settles when Pub/Sub has it. Throws an `AdapterError` as above. */
    publishEvent: (event: StatusEvent): Promise<void> =>
      send(TENANT_STATUS, toMessage(toCloudEvent(event, projectId))),
    close: () => publisher.close(),
  };
}

/** Whether Pub/Sub will never take this message: INVALID_ARGUMENT (https://grpc.io/docs/guides/status-codes/). */
function isRefusal(error: unknown): boolean {
  return (error as { code?: unknown }).code === 3;
}

function addressOf(host: string): { servicePath: string; port: number } {
  const { hostname, port } = new URL(`http://${host}`);
  return { servicePath: hostname, port: Number(port || 80) };
}
