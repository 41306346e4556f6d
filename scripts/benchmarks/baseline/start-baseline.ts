/**
 * The baseline of a create: its functions on the emulators of a stack, with topics and a cluster of their own.
 *
 * @module
 */
import { PubSub } from "@google-cloud/pubsub";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { OwnStack } from "../../../tests/testkit/own-stack.ts";
import { startLocalCluster, toLogEntry } from "../../local/fake-cluster/kubernetes-api.ts";
import type { LocalCluster } from "../../local/fake-cluster/kubernetes-api.ts";
import { frameworkSpec } from "../../local/function-process.ts";
import { freePorts, waitForPort } from "../../local/loopback-ports.ts";
import { startReaper } from "../../local/reaper.ts";
import type { Lives } from "../lives.ts";
import { BASELINE_TRIGGERS, BASELINE_JOB_EVENTS } from "./baseline-names.ts";

const START_MILLISECONDS = 60_000;

/** Starts it, and gives `lives` their place in it. Call the answer to stop what the stack does not. */
export async function startBaseline(it: OwnStack, lives: Lives): Promise<() => Promise<void>> {
  const { projectId, pubsubHost, apiKey } = it.stack;
  const pubsub = new PubSub({ projectId, apiEndpoint: pubsubHost, emulatorMode: true });
  const reaper = startReaper();
  const [api = 0, provision = 0] = await freePorts(2);
  await createTopics(pubsub, urlOf(provision));
  const cluster = await startCluster(it, { pubsub, reaper, lives });
  startFunctions(it, { "baseline-api": api, "baseline-provision": provision }, cluster);
  const timeout = AbortSignal.timeout(START_MILLISECONDS);
  await Promise.all([api, provision].map((port) => waitForPort(port, timeout)));
  const { firestore } = it;
  const collection = "baseline_tenants";
  lives.settle({ apiUrl: urlOf(api), apiKey, firestore, collection, jobs: cluster.jobs });
  return async () => {
    await cluster.close();
    reaper.close();
    await pubsub.close();
  };
}

async function createTopics(pubsub: PubSub, provisionUrl: string): Promise<void> {
  for (const topic of [BASELINE_TRIGGERS, BASELINE_JOB_EVENTS]) {
    await pubsub.createTopic(topic);
    await pubsub.topic(topic).createSubscription(`${topic}-provision`, {
      pushEndpoint: `${provisionUrl}/projects/${pubsub.projectId}/topics/${topic}`,
      ackDeadlineSeconds: 600,
    });
  }
}

function startCluster(
  { directory, stack }: OwnStack,
  given: { pubsub: PubSub; reaper: ReturnType<typeof startReaper>; lives: Lives },
): Promise<LocalCluster> {
  const events = given.pubsub.topic(BASELINE_JOB_EVENTS, { batching: { maxMessages: 1 } });
  return startLocalCluster({
    namespace: "frappe",
    secrets: [],
    contextFor: (name) => ({
      directory,
      imageEnvironment: { PATH: "/usr/local/bin:/usr/bin:/bin" },
      logFile: join(directory, `baseline-${name}.log`),
      reaper: given.reaper,
    }),
    onJobEnded: (job, condition) => {
      given.lives.noteEnd();
      events.publishMessage({ json: toLogEntry(job, condition, stack.projectId) }).catch(() => {});
    },
  });
}

/** They end with the stack. */
function startFunctions(
  { stack, directory }: OwnStack,
  ports: Record<string, number>,
  cluster: LocalCluster,
): void {
  const kubeconfig = join(directory, "baseline-kubeconfig");
  writeFileSync(kubeconfig, cluster.kubeconfig);
  const env = {
    ...process.env,
    GOOGLE_CLOUD_PROJECT: stack.projectId,
    FIRESTORE_EMULATOR_HOST: stack.firestoreHost,
    PUBSUB_EMULATOR_HOST: stack.pubsubHost,
    KUBECONFIG: kubeconfig,
    METADATA_SERVER_DETECTION: "none",
    NODE_ENV: "production",
  };
  for (const [name, port] of Object.entries(ports)) {
    const file = new URL(`${name}.ts`, import.meta.url);
    stack.functions.start(frameworkSpec(name, fileURLToPath(file), port, env));
  }
}

function urlOf(port: number): string {
  return `http://127.0.0.1:${port}`;
}
