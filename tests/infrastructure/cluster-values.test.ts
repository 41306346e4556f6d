/**
 * What `terraform/cluster` tells the two charts: that our own chart takes it, that it is what the code is
 * written for, and that the root above gives what it is made from.
 */
import { loadYaml } from "@kubernetes/client-node";
import type {
  V1Container,
  V1PersistentVolume,
  V1PersistentVolumeClaim,
  V1PodSpec,
} from "@kubernetes/client-node";
import { spawn, spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { OPERATION_KINDS } from "../../shared/operations/registry.ts";
import { CLUSTER_ROOT } from "../../scripts/terraform/roots.ts";
import { missingTerraform, openTerraform } from "../../scripts/terraform/run-terraform.ts";
import { DATABASE_ADMIN_SECRET } from "../../shared/operations/job-environment.ts";
import { siteJob, siteScripts } from "../../shared/operations/job-manifest.ts";
import type { OperationKind } from "../../shared/operations/registry.ts";
import { newTenant } from "../../shared/tenant/tenant.ts";
import { chartObject, findFaults, mergeValues } from "./chart.ts";
import { skip } from "../testkit/parts.ts";
import { eventually } from "../testkit/stack-fixture.ts";
import { plansOf, stateAfter } from "./terraform-state.ts";
import { REQUESTER } from "../testkit/requester.ts";
import { MAIN_BENCH, UPGRADE_SETTINGS } from "../testkit/some-bench.ts";

const test = suite("what terraform/cluster tells the charts");

type Values = Record<string, unknown>;

/** What of the file server a claim of the chart's has. */
function pathOf(claim: string): string {
  const { spec } = chartObject("PersistentVolumeClaim", claim) as V1PersistentVolumeClaim;
  const volume = chartObject("PersistentVolume", spec?.volumeName ?? "") as V1PersistentVolume;
  return volume.spec?.nfs?.path ?? "";
}

/** What one run of the tests of `terraform/cluster` tells the charts. */
interface Told {
  run: string;
  cluster: Values;
  bench: Values | undefined;
}

let told: Told[] = [];
let outputs: Values = {};

const missing = missingTerraform();
if (missing === null) addTests();
else skip(test, "what terraform/cluster tells the charts", "terraform", missing);

function addTests(): void {
  test.before(async () => {
    const terraform = await openTerraform();
    try {
      const files = ["cluster.tftest.hcl", "bench.tftest.hcl"];
      const plans = await Promise.all(files.map((file) => plansOf(file, terraform)));
      told = plans.flat().map(({ run, resources }) => {
        const valuesOf = (name: string) => {
          const release = resources.find((one) => one.name === name);
          const [yaml] = (release?.values["values"] ?? []) as string[];
          return yaml === undefined ? undefined : loadYaml<Values>(yaml);
        };
        return { run, cluster: valuesOf("cluster") ?? {}, bench: valuesOf("bench") };
      });
      ({ outputs } = await stateAfter("everything.tftest.hcl", terraform));
    } finally {
      terraform.close();
    }
  });

  test("all modes are looked at", () => {
    assert.equal(
      told.map(({ run, bench }) => `${run}${bench === undefined ? "" : ", with a bench"}`),
      [
        "by_default, with a bench",
        "everything_set",
        "without_a_way_in_and_backups",
        "a_bench_with_a_socketio_of_its_own",
        "an_external_mariadb, with a bench",
        "an_image_of_another_registry_than_docker_hub, with a bench",
        "an_image_of_somebody_at_docker_hub, with a bench",
        "the_bench, with a bench",
        "its_size, with a bench",
      ],
    );
  });

  test("our own chart is told each of its values, and nothing that it has not", () => {
    const expected = Object.keys(flatten(mergeValues({}))).toSorted();
    for (const { run, cluster } of told) {
      assert.equal(Object.keys(flatten(cluster)).toSorted(), expected, run);
    }
  });

  test("our own chart allows each of the values", () => {
    for (const { run, cluster } of told) assert.equal(findFaults(cluster), [], run);
  });

  test("no value is a secret: secrets are told by their names", () => {
    for (const { run, cluster, bench } of told) {
      const all = { ...flatten(cluster), ...flatten(bench ?? {}) };
      const suspects = Object.entries(all).filter(([path]) => /pass|secret|token/i.test(path));
      assert.equal(
        suspects
          .map(([path, value]) => `${path}: ${String(value).replace(/\d+$/, "N")}`)
          .toSorted(),
        [
          ...(bench === undefined
            ? []
            : [
                `dbExistingSecret: ${DATABASE_ADMIN_SECRET}`,
                "dbExistingSecretPasswordKey: password",
              ]),
          "secrets.databaseAdmin: projects/123456789012/secrets/kairos-database-admin/versions/N",
          "secrets.mail: projects/123456789012/secrets/kairos-mail/versions/N",
        ],
        run,
      );
    }
  });

  test("the bench is on the volume of the site Jobs, and asks the same Secret", () => {
    const { volumes, containers } = podOf("create");
    const root = pathOf(volumes?.[0]?.persistentVolumeClaim?.claimName ?? "");
    const subPath = containers[0]?.volumeMounts?.find((mount) => mount.subPath)?.subPath;
    for (const { run, bench } of told) {
      if (bench === undefined) continue;
      const { persistence } = bench as { persistence: { worker: { existingClaim: string } } };
      assert.is(pathOf(persistence.worker.existingClaim), `${root}/${subPath}`, run);
    }
  });

  test("the quota has room for all site Jobs that may work at once, and as many that are ending", () => {
    const jobs: Record<string, number> = { an_external_mariadb: 1 };
    for (const { run, cluster } of told) {
      const { pods, ...quota } = cluster["quota"] as { pods: number } & Record<string, string>;
      assert.is(pods, 2 * (jobs[run] ?? 8), run);
      for (const kind of OPERATION_KINDS) {
        const wanted = {
          requestsCpu: pods * ofPod(kind, "requests", "cpu"),
          requestsMemory: pods * ofPod(kind, "requests", "memory"),
          limitsCpu: pods * ofPod(kind, "limits", "cpu"),
          limitsMemory: pods * ofPod(kind, "limits", "memory"),
        };
        for (const [name, amount] of Object.entries(wanted)) {
          assert.is(toNumber(quota[name] ?? ""), amount, `${run}: ${name} for ${kind}`);
        }
      }
    }
  });

  test("the bench's workers are alive as long as their process is, and nothing else is asked", async () => {
    const worker = spawn("sleep", ["60"]);
    const isAlive = (probe: string[]) => {
      const [program = "", ...args] = probe.map((part) =>
        part.replace("/proc/1/", `/proc/${worker.pid}/`),
      );
      return spawnSync(program, args).status === 0;
    };
    try {
      const probes = probesOf(told.find(({ run }) => run === "the_bench")?.bench);
      assert.is(probes.length, 4);
      for (const probe of probes) assert.ok(isAlive(probe), probe.join(" "));
      worker.kill("SIGSTOP");
      for (const probe of probes) {
        await eventually("a stopped process is told", async () => (isAlive(probe) ? null : true));
      }
    } finally {
      worker.kill("SIGKILL");
    }
    await eventually("it is gone", async () => (worker.signalCode === null ? null : true));
    for (const probe of probesOf(told[0]?.bench)) assert.not.ok(isAlive(probe));
  });

  test("the root above gives what this one takes", () => {
    const mocked = readFileSync(`${CLUSTER_ROOT}/tests/mocks/control-plane.tfmock.hcl`, "utf8");
    const given = flatten(outputs);
    const taken = usedOutputs();
    assert.ok(taken.length > 15);
    for (const path of taken) {
      assert.match(mocked, new RegExp(`\\b${path.split(".").at(-1)}\\b`), `${path} is mocked`);
      assert.ok(path in given, `${path} is an output`);
    }
  });
}

/** The commands by which Kubernetes asks whether workers and scheduler live. */
function probesOf(bench: Values | undefined): string[][] {
  const { worker = {} } = (bench ?? {}) as {
    worker?: Record<string, { livenessProbe?: { probe: { exec: { command: string[] } } } }>;
  };
  return Object.values(worker).flatMap(({ livenessProbe }) =>
    livenessProbe === undefined ? [] : [livenessProbe.probe.exec.command],
  );
}

/** Every value that is no object of values, by its path. */
function flatten(values: Values, at = ""): Values {
  const entries = Object.entries(values).flatMap(([name, value]) => {
    const path = `${at}${name}`;
    const isLeaf = typeof value !== "object" || value === null || Array.isArray(value);
    return isLeaf ? [[path, value]] : Object.entries(flatten(value as Values, `${path}.`));
  });
  return Object.fromEntries(entries) as Values;
}

/** The outputs of the root above that this one's files name. */
function usedOutputs(): string[] {
  const files = globSync("*.tf", { cwd: CLUSTER_ROOT });
  const text = files.map((file) => readFileSync(`${CLUSTER_ROOT}/${file}`, "utf8")).join("\n");
  const found = [...text.matchAll(/local\.control_plane\.([a-z_]+(?:\.[a-z_]+)*)/g)];
  return [...new Set(found.map(([, path = ""]) => path))].toSorted();
}

function podOf(kind: OperationKind): V1PodSpec {
  const tenant = newTenant(
    {
      id: "0c16443d-3d8e-4c0d-b43c-ac1174140611",
      commandId: "w1",
      requestedBy: REQUESTER,
      organization: "Acme",
      subdomain: "acme",
      email: "office@acme.example",
    },
    new Date("2026-11-24T12:00:00Z"),
  );
  const { spec } = siteJob(
    tenant,
    { kind, generation: 1, attempt: 1 },
    {
      namespace: "frappe",
      baseDomain: "sites.example.com",
      benches: [MAIN_BENCH],
      ...UPGRADE_SETTINGS,
      databaseHost: "mariadb",
      databasePort: 3306,
      databaseTls: "default" as const,
      databaseCa: null,
      routerUrl: null,
      backupBucket: null,
      backupEndpoint: "https://storage.googleapis.com",
      scripts: siteScripts(() => ""),
    },
  );
  assert.ok(spec?.template.spec);
  return spec.template.spec;
}

/** What a Pod takes of the quota: its containers run together, those before them one by one. */
function ofPod(kind: OperationKind, which: "requests" | "limits", what: "cpu" | "memory"): number {
  const { containers, initContainers = [] } = podOf(kind);
  const of = ({ resources }: V1Container) => toNumber(resources?.[which]?.[what] ?? "");
  const together = containers.reduce((total, one) => total + of(one), 0);
  return Math.max(together, ...initContainers.map(of));
}

/** An amount as Kubernetes writes it, such as 250m or 2Gi. */
function toNumber(amount: string): number {
  const [, number = "", unit = ""] = /^([0-9.]+)(m|Mi|Gi|)$/.exec(amount) ?? [];
  const factors: Record<string, number> = { "": 1, m: 1 / 1000, Mi: 2 ** 20, Gi: 2 ** 30 };
  assert.ok(number !== "", `${amount} is an amount`);
  return Number(number) * (factors[unit] ?? 1);
}

test.run();
