/** Why site Jobs do not come on, what is left of those that ended, and why a bench does not go, told by a real cluster. */
import { suite } from "uvu";
import { skip } from "../testkit/parts.ts";
import { findNode } from "../testkit/kubernetes/kubernetes-programs.ts";
import { addLostNodeTest } from "../testkit/kubernetes/lost-node.ts";
import { addReasonTests } from "../testkit/kubernetes/reason-tests.ts";
import { addReportTests } from "../testkit/kubernetes/report-tests.ts";
import { addRetiredBenchTests } from "../testkit/kubernetes/retired-bench-tests.ts";
import { startSiteCluster } from "../testkit/kubernetes/site-cluster.ts";
import type { SiteCluster } from "../testkit/kubernetes/site-cluster.ts";

const test = suite("reasons on a real kubelet");
const { assets, reason } = findNode(process.env);
if (assets === null) skip(test, "reasons on a real kubelet", "kubelet", reason);
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
  addReportTests(test, () => cluster);
  addReasonTests(test, () => cluster);
  addRetiredBenchTests(test, () => cluster);
  addLostNodeTest(test, () => cluster);
}
