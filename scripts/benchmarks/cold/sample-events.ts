/**
 * Events as the functions get them: as Pub/Sub pushes a message, and as Eventarc tells of a document.
 *
 * @module
 */
import type { Trigger } from "../../../shared/pubsub/messages.ts";

/** An HTTP request that bears an event. */
export interface EventRequest {
  path: string;
  headers: Record<string, string>;
  body: object;
}

/** A trigger in a message, pushed to provision. */
export function pushedTrigger(projectId: string, trigger: Trigger): EventRequest {
  const data = Buffer.from(JSON.stringify(trigger)).toString("base64");
  return {
    path: `/projects/${projectId}/topics/tenant-events`,
    headers: {},
    body: {
      message: { messageId: "1", data },
      subscription: `projects/${projectId}/subscriptions/provision`,
    },
  };
}

/** The creation of `deletions/{tenantId}`, without the document, which nobody reads. */
export function deletionCreated(projectId: string, tenantId: string): EventRequest {
  return {
    path: "/",
    headers: {
      "ce-id": "1",
      "ce-source": `//firestore.googleapis.com/projects/${projectId}/databases/(default)`,
      "ce-specversion": "1.0",
      "ce-subject": `documents/deletions/${tenantId}`,
      "ce-type": "google.cloud.firestore.document.v1.created",
    },
    body: {},
  };
}
