/** `npm start -- --cluster kubeconfig`, on a real Kubernetes API server. */
import { rmSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { freePorts } from "../../scripts/local/loopback-ports.ts";
import { LocalProblem } from "../../scripts/local/start-error.ts";
import { startStack } from "../../scripts/local/local-stack.ts";
import { jobName } from "../../shared/tenant/names.ts";
import {
  applyManifests,
  findKubeApiserver,
  patchPod,
  startKubeApiserver,
  TOKENS,
} from "../testkit/kube-apiserver.ts";
import { skip } from "../testkit/parts.ts";
import { eventually, pushTrigger, request, temporaryDirectory } from "../testkit/stack-fixture.ts";

const test = suite("a cluster of one's own");

test("a kubeconfig that is not there is named, before anything starts", async () => {
  const directory = temporaryDirectory();
  const [port] = await freePorts(1);
  const env = { ...process.env, PORT: String(port), KUBECONFIG: "/nowhere/config" };
  try {
    await startStack({ directory, env, cluster: "kubeconfig" });
    assert.unreachable();
  } catch (error) {
    assert.instance(error, LocalProblem);
    assert.match((error as Error).message, "/nowhere/config");
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

const name = "a tenant's Job runs on the cluster of the kubeconfig";
const { assets, reason } = findKubeApiserver(process.env);
if (assets === null) skip(test, name, "kube-apiserver", reason);
else test(name, () => runOn(assets));

async function runOn(assetDirectory: string): Promise<void> {
  const server = await startKubeApiserver(assetDirectory);
  const directory = temporaryDirectory();
  try {
    await applyManifests(server);
    const [port] = await freePorts(1);
    const kubeconfig = server.kubeconfigFor(TOKENS.provision);
    const env = { ...process.env, PORT: String(port), KUBECONFIG: kubeconfig };
    const stack = await startStack({ directory, env, cluster: "kubeconfig" });
    try {
      assert.is(stack.cluster, null);
      const headers = { "X-API-Key": stack.apiKey, "Content-Type": "application/json" };
      const wanted = { organization: "Acme", subdomain: "acme", email: "a@acme.example" };
      const body = JSON.stringify(wanted);
      const created = await request(stack.urls.api, "POST", "/tenants", { headers, body });
      const id = String(created.body["id"]);
      await eventually("its Job is on the cluster", () =>
        server.batch
          .readNamespacedJob({ name: jobName(id), namespace: "frappe" })
          .catch(() => null),
      );
      await patchPod(server, id, { exitCode: 0 });
      // Nobody sends this cluster's events here, and the resync is a minute away.
      await eventually("the tenant is active", async () => {
        await pushTrigger(stack, { kind: "tenant", tenant_id: id });
        const answer = await request(stack.urls.api, "GET", `/tenants/${id}/status`, { headers });
        return answer.body["status"] === "active" ? true : null;
      });
    } finally {
      await stack.stop();
    }
  } finally {
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

test.run();
