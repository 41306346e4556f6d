/** That the alerts of `terraform/` are about what a real cluster writes. */
import { suite } from "uvu";
import { skip } from "../testkit/parts.ts";
import { addAlertTests } from "../testkit/kubernetes/alert-tests.ts";
import { findNode } from "../testkit/kubernetes/kubernetes-programs.ts";
import { startSiteCluster } from "../testkit/kubernetes/site-cluster.ts";
import type { SiteCluster } from "../testkit/kubernetes/site-cluster.ts";

const test = suite("alerts on a real kubelet");
const { assets, reason } = findNode(process.env);
if (assets === null) skip(test, "alerts on a real kubelet", "kubelet", reason);
else addTests(assets);
test.run();

function addTests(assetDirectory: string): void {
  let cluster: SiteCluster;
  test.before(async () => {
    cluster = await startSiteCluster(assetDirectory);
  });
  test.after(async () => {
    await cluster?.stop();
  });
  addAlertTests(test, () => cluster);
}
