/**
 * `npm run cluster`: a cluster for `npm start -- --cluster kubeconfig`, until Ctrl-C.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { findNode } from "./kubernetes-programs.ts";
import { startSiteCluster } from "./site-cluster.ts";

const HELP = `npm run cluster [-- --bench-seconds N]

Starts a whole Kubernetes on this machine with what site Jobs need: the chart's namespace, Role, quota and
policies, a volume, a MariaDB, and an image of this machine's own programs with the fake bench. It prints
the settings by which npm start finds it. Ctrl-C ends it whole.

It needs Linux, root, KUBEBUILDER_ASSETS (the directory with etcd, kube-apiserver, kube-controller-manager,
kube-scheduler and kubelet), containerd, runc, the CNI plugins and MariaDB; docs/local-cluster.md says more.

  --bench-seconds N  how long the fake bench takes for a site (3)
  --help             this text`;

const { values } = parseArgs({
  options: {
    "bench-seconds": { type: "string", default: "3" },
    help: { type: "boolean", default: false },
  },
});
if (values.help) console.log(HELP);
else process.exitCode = await main();

async function main(): Promise<number> {
  const benchSeconds = Number(values["bench-seconds"]);
  if (!(benchSeconds >= 0)) {
    console.error("--bench-seconds is a number of seconds.");
    return 1;
  }
  const { assets, reason } = findNode(process.env);
  if (assets === null) {
    console.error(
      `No cluster can be started: ${reason}. docs/local-cluster.md says what it needs.`,
    );
    return 1;
  }
  const interrupted = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
  const cluster = await startSiteCluster(assets, { benchSeconds });
  for (const [name, value] of Object.entries(cluster.env)) console.log(`export ${name}=${value}`);
  console.log(
    `# sites are in ${cluster.volume.hosts}, logs in ${cluster.directory}; Ctrl-C ends it`,
  );
  await interrupted;
  await cluster.stop();
  return 0;
}
