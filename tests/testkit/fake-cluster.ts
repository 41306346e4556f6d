/**
 * The local fake for the cluster by itself: the containers of a site Job do what they are ordered.
 *
 * @module
 */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import { startLocalCluster } from "../../scripts/local/fake-cluster/kubernetes-api.ts";
import { startReaper } from "../../scripts/local/reaper.ts";
import { siteScripts } from "../../shared/operations/job-manifest.ts";
import { connectCluster } from "../../shared/kubernetes/cluster.ts";
import { temporaryDirectory } from "./temporary-directory.ts";
import { MAIN_BENCH, UPGRADE_SETTINGS } from "./some-bench.ts";

/** How one of a Pod's containers ends, and with it the Pod. */
export interface Ending {
  exitCode: number;
  message?: string;
  container?: "database" | "site";
  /** What bash does in it before; without a kubelet nobody does. */
  script?: string;
}

export const NAMESPACE = "frappe";

/** A container does what is written into its file, and nothing before. */
const obeying = (container: string) => `
until [[ -s orders/$TENANT_ID.${container} ]]; do sleep 0.1; done
. "orders/$TENANT_ID.${container}"
`;

/** What a reconcile needs, with site Jobs that obey. */
export const SETTINGS = {
  namespace: NAMESPACE,
  baseDomain: "kairos.app",
  benches: [MAIN_BENCH],
  ...UPGRADE_SETTINGS,
  databaseHost: "mariadb",
  databasePort: 3306,
  databaseTls: "default" as const,
  databaseCa: null,
  routerUrl: null,
  backupBucket: null,
  backupEndpoint: "https://storage.googleapis.com",
  backupSecret: null,
  backupHour: 0,
  backupKeepDaily: 7,
  backupKeepWeekly: 4,
  backupKeepMonthly: 12,
  restoreTestDays: 0,
  maxConcurrentJobs: 5,
  retryPauseSeconds: 30,
  upgradeDeadlineMinutes: 240,
  poolSize: 0,
  poolMaxAgeDays: 7,
  scripts: siteScripts(({ name }) => obeying(name)),
};

export async function startFakeCluster() {
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
  const requests = watchRequests(local.url);
  const kubeconfig = join(directory, "kubeconfig");
  writeFileSync(kubeconfig, local.kubeconfig);
  return {
    directory,
    /** The path of a file by which it can be reached. */
    kubeconfig,
    jobs: local.jobs,
    /** Where it answers. */
    url: local.url,
    /** The requests that have come, by method and path. */
    requests: requests.seen,
    cluster: connectCluster({
      target: { kind: "kubeconfig", path: kubeconfig },
      namespace: NAMESPACE,
    }),
    /** Lets one of the tenant's containers end like this, and with it the Pod. */
    endPod(tenantId: string, ending: Ending): void {
      const { exitCode, message = "", container = "site", script = "" } = ending;
      const order = `${script}\nprintf %s '${message}' > "$TERMINATION_LOG"\nexit ${exitCode}\n`;
      if (container === "site") writeFileSync(join(orders, `${tenantId}.database`), "exit 0\n");
      writeFileSync(join(orders, `${tenantId}.${container}`), order);
    },
    /** Has the tenant's first container do this in bash, and then work on. */
    work(tenantId: string, script: string): void {
      writeFileSync(join(orders, `${tenantId}.database`), `${script}\nexec sleep 3600\n`);
    },
    async stop() {
      requests.end();
      await local.close();
      reaper.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Sees every request to a server of this process. */
function watchRequests(url: string) {
  const channel = "http.server.request.start";
  const port = Number(new URL(url).port);
  const seen: string[] = [];
  const onRequest = (message: unknown) => {
    const { request } = message as { request: IncomingMessage };
    if (request.socket.localPort === port) seen.push(`${request.method} ${request.url}`);
  };
  subscribe(channel, onRequest);
  return { seen, end: () => unsubscribe(channel, onRequest) };
}
