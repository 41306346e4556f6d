/**
 * What the function provision does for a create, by the official clients alone: the same calls in the same
 * order, without any thought of what else could be the case.
 *
 * @module
 */
import { Firestore } from "@google-cloud/firestore";
import type { DocumentSnapshot, Timestamp } from "@google-cloud/firestore";
import { cloudEvent } from "@google-cloud/functions-framework";
import type { CloudEvent } from "@google-cloud/functions-framework";
import {
  BatchV1Api,
  CoreV1Api,
  createConfiguration,
  KubeConfig,
  ServerConfiguration,
} from "@kubernetes/client-node";
import type { RequestContext, SecurityAuthentication, V1Job } from "@kubernetes/client-node";
import { randomBytes } from "node:crypto";
import { firestoreOptions } from "./baseline-names.ts";

const NAMESPACE = "frappe";
const SLOT_COUNT = 5;

const firestore = new Firestore(firestoreOptions(process.env));
const slots = firestore.collection("baseline_slots");
const { batch, core } = connect(process.env["KUBECONFIG"] ?? "");

cloudEvent("baseline-provision", async (event: CloudEvent<PubSubData>) => {
  const id = tenantIn(event);
  const tenant = firestore.doc(`baseline_tenants/${id}`);
  const read = await tenant.get();
  const job = await readJob(id);
  if (job === null) return begin(read, id);
  if (job.status?.conditions === undefined) return;
  await end(read, id);
});

interface PubSubData {
  message: { data: string };
}

/** Of a trigger its tenant, of a Job's event the Job's. */
function tenantIn({ data }: CloudEvent<PubSubData>): string {
  const text = Buffer.from(data?.message.data ?? "", "base64").toString();
  const message = JSON.parse(text) as {
    tenant_id?: string;
    jsonPayload?: { involvedObject: { name: string } };
  };
  return message.tenant_id ?? message.jsonPayload?.involvedObject.name.replace("site-", "") ?? "";
}

/** Takes a slot, then makes Secret and Job. */
async function begin(read: DocumentSnapshot, id: string): Promise<void> {
  const taken = new Set((await slots.get()).docs.map((slot) => slot.id));
  const slot = Array.from({ length: SLOT_COUNT }, (_, k) => String(k)).find((k) => !taken.has(k));
  const now = new Date();
  const operation = { kind: "create", generation: 1, attempt: 1, started_at: now, slot };
  await firestore
    .batch()
    .update(
      read.ref,
      { ...statusAt(now, "provisioning"), "status.operation": operation },
      { lastUpdateTime: read.updateTime as Timestamp },
    )
    .create(slots.doc(String(slot)), { tenant_id: id, claimed_at: now })
    .commit();
  const metadata = { name: `site-${id}`, namespace: NAMESPACE };
  const stringData = { password: randomBytes(24).toString("hex") };
  await core.createNamespacedSecret({ namespace: NAMESPACE, body: { metadata, stringData } });
  const containers = [{ name: "site", image: "frappe/erpnext", args: ["true"] }];
  const spec = { backoffLimit: 0, template: { spec: { restartPolicy: "Never", containers } } };
  await batch.createNamespacedJob({ namespace: NAMESPACE, body: { metadata, spec } });
}

/** Records that the site is active and frees the slot, then removes the Job and has no more to do. */
async function end(read: DocumentSnapshot, id: string): Promise<void> {
  const name = `site-${id}`;
  await core.listNamespacedPod({ namespace: NAMESPACE, labelSelector: `job-name=${name}` });
  const now = new Date();
  await firestore
    .batch()
    .update(read.ref, statusAt(now, "active"), { lastUpdateTime: read.updateTime as Timestamp })
    .delete(slots.doc(String(read.get("status.operation.slot"))))
    .commit();
  const waiting = firestore.collection("baseline_tenants").where("status.queue_key", ">", "");
  await waiting.orderBy("status.queue_key").limit(1).select().get();
  await read.ref.get();
  await readJob(id);
  await core.listNamespacedPod({ namespace: NAMESPACE, labelSelector: `job-name=${name}` });
  const body = { propagationPolicy: "Foreground" };
  await batch.deleteNamespacedJob({ name, namespace: NAMESPACE, body });
  await readJob(id);
  await read.ref.get();
  await readJob(id);
  await read.ref.update({ "status.next_reconcile_at": null });
}

function statusAt(now: Date, phase: string) {
  return { "status.phase": phase, "status.next_reconcile_at": now, updated_at: now };
}

async function readJob(id: string): Promise<V1Job | null> {
  try {
    return await batch.readNamespacedJob({ name: `site-${id}`, namespace: NAMESPACE });
  } catch {
    return null;
  }
}

/** With one pool of connections: by itself, the client makes one for each call. */
function connect(kubeconfig: string) {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  let pool: ReturnType<RequestContext["getDispatcher"]>;
  const authentication: SecurityAuthentication = {
    getName: () => config.getName(),
    async applySecurityAuthentication(context) {
      await config.applySecurityAuthentication(context);
      pool ??= context.getDispatcher();
      if (pool !== undefined) context.setDispatcher(pool);
    },
  };
  const configuration = createConfiguration({
    baseServer: new ServerConfiguration(config.getCurrentCluster()?.server ?? "", {}),
    authMethods: { default: authentication },
  });
  return { batch: new BatchV1Api(configuration), core: new CoreV1Api(configuration) };
}
