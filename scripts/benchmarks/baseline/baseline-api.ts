/**
 * What the function api does for a create, by the official clients alone: the same commit and the same
 * publish, and nothing else.
 *
 * @module
 */
import { Firestore } from "@google-cloud/firestore";
import { http } from "@google-cloud/functions-framework";
import { PubSub } from "@google-cloud/pubsub";
import { randomUUID } from "node:crypto";
import { BASELINE_TRIGGERS, firestoreOptions, pubsubOptions } from "./baseline-names.ts";

interface Body {
  organization: string;
  subdomain: string;
  email: string;
}

const firestore = new Firestore(firestoreOptions(process.env));
const pubsub = new PubSub(pubsubOptions(process.env));
const topic = pubsub.topic(BASELINE_TRIGGERS, { batching: { maxMessages: 1 } });

http("baseline-api", async (request, response) => {
  const body = request.body as Body;
  const id = randomUUID();
  const now = new Date();
  await firestore
    .batch()
    .create(firestore.doc(`baseline_tenants/${id}`), {
      id,
      created_at: now,
      updated_at: now,
      profile: { organization: body.organization, email: body.email },
      spec: { subdomain: body.subdomain },
      status: {
        phase: "queued",
        operation: null,
        next_reconcile_at: new Date(now.getTime() + 60_000),
      },
    })
    .create(firestore.doc(`baseline_subdomains/${body.subdomain}`), { tenant_id: id })
    .commit();
  await topic.publishMessage({ json: { kind: "tenant", tenant_id: id } });
  response.status(201).json({ id });
});
