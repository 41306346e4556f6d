/**
 * A node whose kubelet is dead: its containers go on, and nobody says so.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { Test } from "uvu";
import * as assert from "uvu/assert";
import { environmentOf, expand } from "../../../scripts/local/fake-cluster/container.ts";
import { SYSTEM_PATH } from "../../../scripts/local/fake-database.ts";
import { connectCluster } from "../../../shared/kubernetes/cluster.ts";
import { siteJob, siteSecret } from "../../../shared/operations/job-manifest.ts";
import type { ManifestSettings } from "../../../shared/operations/job-manifest.ts";
import { readSiteScripts } from "../../../shared/operations/read-scripts.ts";
import { jobName } from "../../../shared/tenant/names.ts";
import { newTenant } from "../../../shared/tenant/tenant.ts";
import type { Tenant } from "../../../shared/tenant/tenant.ts";
import { eventually, temporaryDirectory } from "../stack-fixture.ts";
import { siteDirectory } from "../../../scripts/local/volume.ts";
import { NAMESPACE } from "./site-cluster.ts";
import type { SiteCluster } from "./site-cluster.ts";
import { REQUESTER } from "../requester.ts";
import { MAIN_BENCH, UPGRADE_SETTINGS } from "../some-bench.ts";

/** Long enough for all that happens meanwhile, and not for ever. */
const BENCH_SECONDS = 45;

/** The last test of its cluster, for afterwards there is no kubelet. */
export function addLostNodeTest(test: Test, cluster: () => SiteCluster): void {
  test("a dead kubelet holds the Job's name; by force it is free while the container works, which then harms nothing", async () => {
    const { core, node, volume, database, env } = cluster();
    const adapter = connectCluster({
      target: { kind: "kubeconfig", path: env.KUBECONFIG },
      namespace: NAMESPACE,
    });
    const settings = settingsFor(cluster());
    const id = randomUUID();
    const wanted = { organization: "Acme", subdomain: "lost", email: "a@acme.example" };
    const tenant = newTenant({ id, commandId: "w", requestedBy: REQUESTER, ...wanted }, new Date());
    const site = siteDirectory(volume, id);
    await adapter.createSecret(siteSecret(id, PASSWORDS, settings));
    const job = siteJob(tenant, { kind: "create", generation: 1, attempt: 1 }, settings);
    for (const container of job.spec?.template.spec?.containers ?? []) {
      container.env?.push({ name: "LOCAL_BENCH_SECONDS", value: String(BENCH_SECONDS) });
    }
    assert.is(await adapter.createJob(job), "made");
    await eventually("bench works", async () => (existsSync(site) ? true : null));

    node.killKubelet();
    const made = await adapter.readJob(id);
    await adapter.deleteJob(id, made?.uid ?? "");
    assert.is((await adapter.readJob(id))?.terminating, true, "the name is held");
    assert.ok(processesOf(id).length > 0);

    const labelSelector = `job-name=${jobName(id)}`;
    const { items } = await core.listNamespacedPod({ namespace: NAMESPACE, labelSelector });
    const name = items[0]?.metadata?.name ?? "";
    await core.deleteNamespacedPod({ name, namespace: NAMESPACE, gracePeriodSeconds: 0 });
    await eventually("the name is free", async () =>
      (await adapter.readJob(id)) === null ? true : null,
    );
    assert.ok(processesOf(id).length > 0, "the container works all the same");

    // What comes next for this tenant, on another node.
    drop(tenant, settings, cluster());
    assert.not(existsSync(site));
    const before = [...readdirSync(volume.root, { recursive: true }), ...database.state()];
    await eventually("the old container has ended", async () =>
      processesOf(id).length === 0 ? true : null,
    );
    assert.equal([...readdirSync(volume.root, { recursive: true }), ...database.state()], before);
  });
}

const PASSWORDS = { database: "database-secret", administrator: "administrator-secret" };

function settingsFor({ env }: SiteCluster): ManifestSettings {
  return {
    namespace: NAMESPACE,
    baseDomain: "kairos.app",
    benches: [MAIN_BENCH],
    ...UPGRADE_SETTINGS,
    databaseHost: env.DB_HOST,
    databasePort: Number(env.DB_PORT),
    databaseTls: "off",
    databaseCa: null,
    routerUrl: null,
    backupBucket: null,
    backupEndpoint: "https://storage.googleapis.com",
    scripts: readSiteScripts(),
  };
}

/** The processes of a tenant's containers on this machine. */
function processesOf(tenantId: string): string[] {
  return readdirSync("/proc").filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/environ`, "latin1").includes(`TENANT_ID=${tenantId}`);
    } catch {
      return false;
    }
  });
}

/** Runs the container of a drop on the cluster's volume and database, as a process. */
function drop(tenant: Tenant, settings: ManifestSettings, { volume, database }: SiteCluster): void {
  const directory = temporaryDirectory();
  symlinkSync(volume.sites, join(directory, "sites"));
  const job = siteJob(tenant, { kind: "drop", generation: 2, attempt: 1 }, settings);
  const [container] = job.spec?.template.spec?.containers ?? [];
  if (container === undefined) throw new Error("a drop has a container");
  const secrets: Record<string, string> = {
    username: "root",
    password: database.address.rootPassword,
  };
  const env = environmentOf(container, {
    secret: (_name, key) => secrets[key],
    podUid: randomUUID(),
  });
  const [command = "", ...args] = (container.command ?? []).map((text) => expand(text, env ?? {}));
  const { status, stdout } = spawnSync(command, args, {
    cwd: directory,
    encoding: "utf8",
    env: {
      PATH: SYSTEM_PATH,
      VOLUME: volume.root,
      TERMINATION_LOG: join(directory, "termination"),
      ...env,
    },
  });
  rmSync(directory, { recursive: true, force: true });
  assert.is(status, 0, stdout);
}
