import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { connectCluster } from "./cluster.ts";
import { loadKubeConfig } from "./cluster-target.ts";
import type { ClusterTarget } from "../configuration/setting-types.ts";
import type { GoogleCredentials } from "./cluster-target.ts";
import { AdapterError } from "../platform/errors.ts";

const test = suite("the way to the cluster");

const GKE: ClusterTarget = {
  kind: "gke",
  project: "my-project",
  location: "europe-west1",
  cluster: "frappe",
};

/** Fakes Google's side, which cannot be reached from a test: this cluster, these tokens. */
function google(cluster: unknown, tokens: string[] = ["token"]) {
  const asked: string[] = [];
  const credentials: GoogleCredentials = {
    getAccessToken: () => Promise.resolve(tokens.length > 1 ? tokens.shift() : tokens[0]),
    request: ({ url }) => {
      asked.push(url);
      return cluster instanceof Error
        ? Promise.reject(cluster)
        : Promise.resolve({ data: cluster });
    },
  };
  return { asked, credentials: () => credentials };
}

const dnsEndpoint = (allowExternalTraffic: boolean) => ({
  controlPlaneEndpointsConfig: {
    dnsEndpointConfig: { endpoint: "gke-1.gke.goog", allowExternalTraffic },
  },
});
const DNS = dnsEndpoint(true);
const IP = { endpoint: "10.0.0.1", masterAuth: { clusterCaCertificate: "Q0E=" } };

test("a GKE cluster is asked for by its name", async () => {
  const { asked, credentials } = google(DNS);
  await loadKubeConfig(GKE, credentials);
  assert.equal(asked, [
    "https://container.googleapis.com/v1/projects/my-project/locations/europe-west1/clusters/frappe",
  ]);
});

test("the DNS endpoint is preferred, with its public certificate", async () => {
  const config = await loadKubeConfig(GKE, google({ ...DNS, ...IP }).credentials);
  const cluster = config.getCurrentCluster();
  assert.equal([cluster?.server, cluster?.caData], ["https://gke-1.gke.goog", undefined]);
});

test("the IP endpoint comes with the cluster's own certificate", async () => {
  const config = await loadKubeConfig(GKE, google(IP).credentials);
  const cluster = config.getCurrentCluster();
  assert.equal([cluster?.server, cluster?.caData], ["https://10.0.0.1", "Q0E="]);
});

test("a DNS endpoint that is closed to outside traffic is not used", async () => {
  const config = await loadKubeConfig(GKE, google({ ...dnsEndpoint(false), ...IP }).credentials);
  assert.is(config.getCurrentCluster()?.server, "https://10.0.0.1");
});

test("every call carries a fresh token", async () => {
  const config = await loadKubeConfig(GKE, google(DNS, ["first", "second"]).credentials);
  const tokenOfCall = async () => {
    const options: { headers?: Record<string, unknown> } = {};
    await config.applyToHTTPSOptions(options);
    return options.headers?.["Authorization"];
  };
  assert.is(await tokenOfCall(), "Bearer first");
  assert.is(await tokenOfCall(), "Bearer second");
});

const failures: [sentence: string, cluster: unknown, code: string][] = [
  ["a cluster that is still being made", {}, "unavailable"],
  ["a cluster without a certificate", { endpoint: "10.0.0.1" }, "unavailable"],
  ["missing permissions", Object.assign(new Error("no"), { status: 403 }), "denied"],
  ["no network", new TypeError("fetch failed"), "unavailable"],
];
for (const [sentence, cluster, code] of failures) {
  test(`${sentence} is an error of the cluster that says ${code}`, async () => {
    try {
      await loadKubeConfig(GKE, google(cluster).credentials);
      assert.unreachable();
    } catch (error) {
      assert.instance(error, AdapterError);
      assert.equal(
        [(error as AdapterError).adapter, (error as AdapterError).code],
        ["cluster", code],
      );
    }
  });
}

test("a way that could not be found is looked for again by the next call", async () => {
  let tries = 0;
  const cluster = connectCluster({ target: GKE, namespace: "frappe" }, () => {
    tries += 1;
    return Promise.reject(new AdapterError("cluster", "unavailable", "not yet"));
  });
  for (const _ of [1, 2]) {
    try {
      await cluster.listJobs();
      assert.unreachable();
    } catch (error) {
      assert.is((error as Error).message, "not yet");
    }
  }
  assert.is(tries, 2);
});

test("a cluster that does not answer is an error in bounded time", async () => {
  const silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const server = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  const options = { target: GKE, namespace: "frappe", callMilliseconds: 500 };
  const cluster = connectCluster(options, async () => {
    const config = await loadKubeConfig(GKE, google(DNS).credentials);
    config.loadFromClusterAndUser({ name: "c", server, skipTLSVerify: true }, { name: "u" });
    return config;
  });
  try {
    await cluster.listJobs();
    assert.unreachable();
  } catch (error) {
    assert.equal(
      [(error as AdapterError).adapter, (error as AdapterError).code],
      ["cluster", "unavailable"],
    );
  } finally {
    silent.closeAllConnections();
    silent.close();
  }
});

test.run();
