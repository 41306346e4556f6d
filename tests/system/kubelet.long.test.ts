/**
 * The whole system on a real cluster: site Jobs run in containers under the chart's own namespace, Role, quota,
 * network policies and Pod security, on a real MariaDB. One cluster serves all tests here.
 */
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { freePorts } from "../../scripts/local/loopback-ports.ts";
import { startStack } from "../../scripts/local/local-stack.ts";
import type { Stack } from "../../scripts/local/local-stack.ts";
import { findNode } from "../testkit/kubernetes/kubernetes-programs.ts";
import { startSiteCluster } from "../testkit/kubernetes/site-cluster.ts";
import type { SiteCluster } from "../testkit/kubernetes/site-cluster.ts";
import { skip } from "../testkit/parts.ts";
import { eventually, request, temporaryDirectory } from "../testkit/stack-fixture.ts";
import type { Answer } from "../testkit/stack-fixture.ts";

const NAMESPACE = "frappe";

/** Two processors have ten Jobs to do, five at a time. */
const TEN_LIVES_MILLISECONDS = 400_000;

const test = suite("site Jobs on a real kubelet");
const { assets, reason } = findNode(process.env);
if (assets === null) skip(test, "site Jobs on a real kubelet", "kubelet", reason);
else addTests(assets);
test.run();

function addTests(assetDirectory: string): void {
  let cluster: SiteCluster;
  let stack: Stack;
  const directory = temporaryDirectory();
  test.before(async () => {
    cluster = await startSiteCluster(assetDirectory);
    const [port] = await freePorts(1);
    const env = { ...process.env, ...cluster.env, PORT: String(port), LOCAL_RESYNC_SECONDS: "1" };
    stack = await startStack({ directory, env, cluster: "kubeconfig" });
  });
  test.after(async () => {
    await stack?.stop();
    await cluster?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  function call(method: string, path: string, body?: unknown): Promise<Answer> {
    return request(stack.urls.api, method, path, {
      headers: { "X-API-Key": stack.apiKey, "Content-Type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  async function until(id: string, wanted: string): Promise<Record<string, unknown>> {
    return eventually(
      `tenant ${id} is ${wanted}`,
      async () => {
        const { status, body } = await call("GET", `/tenants/${id}/status`);
        const found = status === 404 ? "gone" : String(body["status"]);
        assert.is.not(found, "failed", JSON.stringify(body));
        return found === wanted ? body : null;
      },
      TEN_LIVES_MILLISECONDS,
    );
  }

  test("ten tenants are created, suspended, resumed and deleted, and nothing is left", async () => {
    const tenants = Array.from({ length: 10 }, (_, k) => `tenant-${k}`);
    const before = cluster.database.state();
    const created = await Promise.all(
      tenants.map((subdomain) =>
        call("POST", "/tenants", {
          organization: "Acme",
          subdomain,
          email: `${subdomain}@acme.example`,
        }),
      ),
    );
    const ids = created.map(({ body }) => String(body["id"]));
    const all = async (status: string) => {
      await Promise.all(ids.map((id) => until(id, status)));
    };
    await all("active");
    for (const subdomain of tenants) {
      assert.ok(existsSync(join(cluster.volume.hosts, `${subdomain}.kairos.app/.provisioned`)));
    }
    assert.is(cluster.database.state().filter((line) => line.startsWith("database ")).length, 10);
    await Promise.all(ids.map((id) => call("POST", `/tenants/${id}/suspend`)));
    await all("suspended");
    await Promise.all(ids.map((id) => call("POST", `/tenants/${id}/resume`)));
    await all("active");
    await Promise.all(ids.map((id) => call("DELETE", `/tenants/${id}`)));
    await all("gone");

    assert.equal(cluster.database.state(), before);
    assert.equal(sitesLeft(), []);
    const { core, batch } = cluster;
    const within = { namespace: NAMESPACE };
    assert.equal((await batch.listNamespacedJob(within)).items, []);
    assert.equal((await core.listNamespacedPod(within)).items, []);
    const secrets = (await core.listNamespacedSecret(within)).items;
    assert.equal(
      secrets.map(({ metadata }) => metadata?.name),
      ["frappe-database-admin"],
    );
  });

  /** What of sites lies on the volume, but for tombstones. */
  function sitesLeft(): string[] {
    const { hosts, sites, tenants: records } = cluster.volume;
    return [
      ...readdirSync(hosts),
      ...readdirSync(sites).filter((name) => name.startsWith("tn")),
      ...readdirSync(records).filter((name) => !name.endsWith(".gone")),
    ];
  }
}
