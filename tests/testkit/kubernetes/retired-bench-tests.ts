/**
 * That an upgrade of our own chart by Helm itself is refused while a bench that is to go has sites, before anything is changed.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Test } from "uvu";
import * as assert from "uvu/assert";
import { chartDirectory, VALUES } from "../../infrastructure/chart.ts";
import { skip } from "../parts.ts";
import { findProgram } from "./kubernetes-programs.ts";
import { IMAGE, NAMESPACE } from "./site-cluster.ts";
import type { SiteCluster } from "./site-cluster.ts";

const JOB = "kairos-retired-benches-have-no-sites";

/** In the place of what an upgrade changes. */
const CHANGED = `apiVersion: v1
kind: ConfigMap
metadata: { name: changed, namespace: {{ .Values.namespace }} }
data: { benches: {{ join "," .Values.benches | quote }} }
`;

export function addRetiredBenchTests(test: Test, cluster: () => SiteCluster): void {
  const sentence =
    "Helm is refused a bench that is to go and has sites, and goes on once it is empty";
  const program = findProgram("helm", process.env);
  if (program === null) {
    skip(test, sentence, "kubelet", "there is no helm on the PATH");
    return;
  }

  /** Our chart with nothing in it but what refuses. */
  function makeChart(): string {
    const chart = mkdtempSync(join(cluster().directory, "chart-"));
    for (const part of ["Chart.yaml", "values.yaml", "values.schema.json", "files"]) {
      cpSync(join(chartDirectory, part), join(chart, part), { recursive: true });
    }
    mkdirSync(join(chart, "templates"));
    const guard = readFileSync(join(chartDirectory, "templates/retired-benches.yaml"), "utf8");
    // The router's image has a shell that knows pipefail; the one of this machine may not.
    writeFileSync(join(chart, "templates/guard.yaml"), guard.replace("- sh\n", "- bash\n"));
    writeFileSync(join(chart, "templates/changed.yaml"), CHANGED);
    return chart;
  }

  const upgrade = async (chart: string, benches: string[], retiredBenches: string[] = []) => {
    const { directory, kubeconfigFor, adminToken } = cluster();
    const file = join(directory, "values.json");
    const values = { ...VALUES, benches, retiredBenches, router: { image: IMAGE } };
    writeFileSync(file, JSON.stringify(values));
    const how = ["--install", "--namespace=kairos-system", "--create-namespace", "--timeout=3m"];
    const args = ["upgrade", "kairos", chart, ...how, `--values=${file}`];
    const env = { ...process.env, KUBECONFIG: kubeconfigFor(adminToken) };
    const helm = spawn(program, args, { env, stdio: ["ignore", "ignore", "pipe"] });
    const [output, [status]] = await Promise.all([text(helm.stderr), once(helm, "close")]);
    return { status: status as number, output };
  };

  const known = async () => {
    const { core } = cluster();
    const { data } = await core.readNamespacedConfigMap({ name: "changed", namespace: NAMESPACE });
    return data?.["benches"];
  };

  /** What the Job's Pod has said. */
  async function saidByJob(): Promise<string> {
    const { core } = cluster();
    const labelSelector = `job-name=${JOB}`;
    const pods = await core.listNamespacedPod({ namespace: NAMESPACE, labelSelector });
    assert.is(pods.items.length, 1, "it is not tried again");
    return await core.readNamespacedPodLog({
      namespace: NAMESPACE,
      name: pods.items[0]?.metadata?.name ?? "",
    });
  }

  test(sentence, async () => {
    const chart = makeChart();
    const { volume, batch } = cluster();
    const site = join(volume.root, "benches/v16-31/sites", `tn${"a".repeat(32)}`);
    mkdirSync(site, { recursive: true });
    writeFileSync(join(site, "site_config.json"), "{}", { mode: 0o640 });
    assert.is((await upgrade(chart, ["main", "v16-31"])).status, 0);

    const refused = await upgrade(chart, ["main", "v16-31", "v16-33"], ["v16-31"]);

    assert.is.not(refused.status, 0);
    assert.match(refused.output, JOB);
    assert.match(
      await saidByJob(),
      /^The bench v16-31 still has 1 sites; move them with a rollout/,
    );
    assert.is(await known(), "main,v16-31", "nothing is changed");

    // Not to go after all.
    assert.is((await upgrade(chart, ["main", "v16-31", "v16-33"])).status, 0);
    assert.is(await known(), "main,v16-31,v16-33");

    rmSync(site, { recursive: true });
    const { status, output } = await upgrade(chart, ["main", "v16-31"], ["v16-31"]);
    assert.is(status, 0, output);
    assert.is(await known(), "main,v16-31");
    const { items } = await batch.listNamespacedJob({ namespace: NAMESPACE });
    assert.not.ok(items.some(({ metadata }) => metadata?.name === JOB));
    rmSync(join(volume.root, "benches/v16-31"), { recursive: true });
  });
}
