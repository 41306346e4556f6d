/**
 * The function api as `npm start` runs it, on the official emulators, without the rest of the stack: what
 * it stores stays as it was stored, and nobody makes sites of it.
 *
 * @module
 */
import { PubSub } from "@google-cloud/pubsub";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { emulatorSpecs, findEmulators } from "../../scripts/local/emulators.ts";
import { functionSpec } from "../../scripts/local/function-process.ts";
import { freePorts, waitForPort } from "../../scripts/local/loopback-ports.ts";
import { TENANT_EVENTS } from "../../shared/pubsub/bus.ts";
import { newTenant } from "../../shared/tenant/tenant.ts";
import type { Tenant } from "../../shared/tenant/tenant.ts";
import { GOOGLE_KEYS } from "../testkit/google-id-tokens.ts";
import { IAP_AUDIENCE, IAP_KEYS } from "../testkit/iap-assertions.ts";
import { PROJECT_ID, startFirestore } from "../testkit/own-emulators.ts";
import { createServerProcesses } from "../testkit/server-processes.ts";
import { answerCheckOf, eventually } from "../testkit/stack-fixture.ts";
import { withParts } from "../testkit/tenant-parts.ts";
import { API_KEY, TENANT_IDS } from "./valid-requests.ts";
import { REQUESTER } from "../testkit/requester.ts";
import { siteAt } from "../testkit/some-site.ts";
import { siteName } from "../../shared/tenant/names.ts";

/** No token is one for Google's keys, but each is held to some. */
const KEYS = new URL("../fixtures/google-keys.mjs", import.meta.url).href;

export type FuzzedApi = Awaited<ReturnType<typeof startApi>>;

/** Starts it, and knows when it dies. It is then started again, as in the cloud. */
export async function startApi() {
  const deaths: string[] = [];
  const processes = createServerProcesses((sentence) => void deaths.push(sentence));
  const [pubsubPort = 0, port = 0] = await freePorts(2);
  const [firestore] = await Promise.all([startFirestore(), startPubsub(processes, pubsubPort)]);
  const spec = functionSpec("api", port, {
    // Not NODE_ENV=production: then the framework would keep its stacks to itself, were it to answer.
    ...process.env,
    API_KEYS: API_KEY,
    ALLOWED_CALLERS: "frontend@example.com",
    API_AUDIENCE: "https://api.example.com",
    IAP_AUDIENCE,
    GOOGLE_KEYS: JSON.stringify(GOOGLE_KEYS),
    IAP_KEYS: JSON.stringify(IAP_KEYS),
    GOOGLE_CLOUD_PROJECT: PROJECT_ID,
    FIRESTORE_EMULATOR_HOST: firestore.host,
    PUBSUB_EMULATOR_HOST: hostOf(pubsubPort),
    METADATA_SERVER_DETECTION: "none",
    SITES_ADDRESSES: "192.0.2.1",
  });
  processes.keepRunning({ ...spec, args: ["--import", KEYS, ...spec.args] }, port);
  await waitForPort(port, AbortSignal.timeout(60_000));
  const url = `http://${hostOf(port)}`;
  return {
    port,
    url,
    client: firestore.client,
    check: await answerCheckOf(url),
    deaths,
    /** What it has logged as an error, the newest last. */
    errors(): string[] {
      const log = readFileSync(join(processes.directory, "api.log"), "utf8");
      return log.split("\n").filter((line) => line.includes('"severity":"ERROR"'));
    },
    /** Leaves the tenants in the database that requests may name, and nothing else. */
    async reset(): Promise<void> {
      await firestore.empty();
      const batch = firestore.client.batch();
      for (const tenant of TENANT_IDS.map(knownTenant)) {
        batch.create(firestore.client.doc(`tenants/${tenant.id}`), tenant);
        const reservation = firestore.client.doc(`subdomains/${tenant.spec.subdomain}`);
        batch.create(reservation, { tenant_id: tenant.id });
      }
      await batch.commit();
    },
    async stop(): Promise<void> {
      await processes.stop("pubsub-emulator");
      await firestore.stop();
    },
  };
}

async function startPubsub(
  processes: ReturnType<typeof createServerProcesses>,
  port: number,
): Promise<void> {
  const ports = { pubsub: port, firestore: 0 };
  for (const spec of emulatorSpecs(findEmulators(process.env, ["pubsub"]), ports, process.env)) {
    processes.start(spec);
  }
  await waitForPort(port, AbortSignal.timeout(60_000));
  const pubsub = new PubSub({
    projectId: PROJECT_ID,
    apiEndpoint: hostOf(port),
    emulatorMode: true,
  });
  await eventually("there is a topic", () => pubsub.createTopic(TENANT_EVENTS).catch(() => null));
  await pubsub.close();
}

/** Each of another state, so that every command is possible for some. */
function knownTenant(id: string, index: number): Tenant {
  const names = {
    id,
    commandId: id,
    requestedBy: REQUESTER,
    organization: "Known",
    subdomain: `known-${index}`,
  };
  const tenant = newTenant({ ...names, email: "known@acme.example" }, new Date());
  const settled = { observed_generation: 1, next_reconcile_at: null };
  const site = siteAt(names.subdomain, { name: siteName(id) });
  switch (index % 4) {
    case 0:
      return withParts(tenant, {
        status: { ...settled, phase: "active", site },
      });
    case 1:
      return withParts(tenant, {
        spec: { state: "suspended" },
        status: { ...settled, phase: "suspended", site: { ...site, suspended: true } },
      });
    case 2:
      return withParts(tenant, {
        status: {
          ...settled,
          phase: "failed",
          condition: "failed",
          message: "It failed.",
          retryable: true,
        },
      });
    default:
      return tenant;
  }
}

function hostOf(port: number): string {
  return `127.0.0.1:${port}`;
}
