/**
 * The local stand-in for the cluster, for a test: the containers of a site Job do what the test orders.
 *
 * @module
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startLocalCluster } from "../scripts/local/cluster/server.ts";
import { startReaper } from "../scripts/local/reaper.ts";
import { connectCluster } from "../shared/cluster.ts";
import type { Ending } from "./kube-apiserver.ts";
import { temporaryDirectory } from "./stack-fixture.ts";

export const NAMESPACE = "frappe";

/** A container does what a test writes into its file, and nothing before. */
const obeying = (container: string) => `
until [[ -s orders/$TENANT_ID.${container} ]]; do sleep 0.1; done
. "orders/$TENANT_ID.${container}"
`;

/** What a reconcile needs, with site Jobs that obey. */
export const SETTINGS = {
  namespace: NAMESPACE,
  baseDomain: "kairos.app",
  frappeImage: "frappe/erpnext:v16.32.3",
  frappeApps: ["erpnext"],
  databaseHost: "mariadb",
  databasePort: 3306,
  maxConcurrentJobs: 5,
  retryPauseSeconds: 30,
  scripts: {
    createDatabase: obeying("database"),
    createSite: obeying("site"),
    drop: obeying("site"),
    suspend: obeying("site"),
    resume: obeying("site"),
  },
};

export async function startStandIn() {
  const directory = temporaryDirectory();
  const orders = join(directory, "orders");
  mkdirSync(orders);
  const reaper = startReaper();
  const local = await startLocalCluster({
    namespace: NAMESPACE,
    secrets: [{ name: "frappe-database-admin", values: { username: "root", password: "r" } }],
    contextFor: (name, container) => ({
      directory,
      imageEnvironment: { PATH: "/usr/local/bin:/usr/bin:/bin" },
      logFile: join(directory, `${name}-${container}.log`),
      reaper,
    }),
    onJobEnded: () => {},
  });
  const kubeconfig = join(directory, "kubeconfig");
  writeFileSync(kubeconfig, local.kubeconfig);
  return {
    directory,
    /** The path of a file by which it can be reached. */
    kubeconfig,
    jobs: local.jobs,
    cluster: connectCluster({
      target: { kind: "kubeconfig", path: kubeconfig },
      namespace: NAMESPACE,
    }),
    /** Lets one of the tenant's containers end like this, and with it the Pod. */
    endPod(tenantId: string, { exitCode, message = "", container = "site" }: Ending): void {
      const order = `printf %s '${message}' > "$TERMINATION_LOG"\nexit ${exitCode}\n`;
      if (container === "site") writeFileSync(join(orders, `${tenantId}.database`), "exit 0\n");
      writeFileSync(join(orders, `${tenantId}.${container}`), order);
    },
    async stop() {
      await local.close();
      reaper.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
