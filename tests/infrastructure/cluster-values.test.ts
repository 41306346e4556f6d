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
import type { ManifestSettings } from "../../shared/operations/job-manifest.ts";
import type { OperationKind } from "../../shared/operations/registry.ts";
import { currentBench } from "../../shared/configuration/bench.ts";
import { newTenant } from "../../shared/tenant/tenant.ts";
import { chartObject, findFaults, mergeValues, VALUES } from "./chart.ts";
import { skip } from "../testkit/parts.ts";
import { eventually } from "../testkit/stack-fixture.ts";
import { plansOf, stateAfter } from "./terraform-state.ts";
import type { Resource } from "./terraform-state.ts";
import { REQUESTER } from "../testkit/requester.ts";
import { MAIN_BENCH, UPGRADE_SETTINGS } from "../testkit/some-bench.ts";

const test = suite("what terraform/cluster tells the charts");

type Values = Record<string, unknown>;

/** What of the file server a claim of the chart's has. */
function pathOf(claim: string, benches: string[]): string {
  const objectOf = (kind: string, name: string) => chartObject(kind, name, { ...VALUES, benches });
  const { spec } = objectOf("PersistentVolumeClaim", claim) as V1PersistentVolumeClaim;
  const volume = objectOf("PersistentVolume", spec?.volumeName ?? "") as V1PersistentVolume;
  return volume.spec?.nfs?.path ?? "";
}

/** What one run of the tests of `terraform/cluster` tells the charts. */
interface Told {
  run: string;
  cluster: Values;
  /** By their names. */
  benches: Record<string, Values>;
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
      const files = ["cluster.tftest.hcl", "bench.tftest.hcl", "benches.tftest.hcl"];
      const plans = await Promise.all(files.map((file) => plansOf(file, terraform)));
      told = plans.flat().map(({ run, resources }) => {
        const releases = resources.filter(({ type }) => type === "helm_release");
        const benches = releases.filter(({ name }) => name === "bench");
        return {
          run,
          cluster: valuesOf(releases.find(({ name }) => name === "cluster")),
          benches: Object.fromEntries(benches.map((one) => [one.index ?? "", valuesOf(one)])),
        };
      });
      ({ outputs } = await stateAfter("everything.tftest.hcl", terraform));
    } finally {
      terraform.close();
    }
  });

  test("all modes are looked at", () => {
    assert.equal(
      told.map(({ run, benches }) => [run, ...Object.keys(benches)].join(", ")),
      [
        "by_default, main",
        "everything_set",
        "without_a_way_in_and_backups",
        "a_bench_with_a_socketio_of_its_own",
        "an_external_mariadb, main",
        "an_image_of_another_registry_than_docker_hub, main",
        "an_image_of_somebody_at_docker_hub, main",
        "the_bench, main",
        "its_size, main",
        "three_benches, main, v16-31, v16-33",
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
    for (const { run, cluster, benches } of told) {
      const all = Object.entries(flatten({ ...cluster, ofBenches: benches }));
      const suspects = all.filter(([path]) => /pass|secret|token/i.test(path));
      assert.equal(
        suspects
          .map(([path, value]) => `${path}: ${String(value).replace(/\d+$/, "N")}`)
          .toSorted(),
        [
          ...Object.keys(benches).flatMap((name) => [
            `ofBenches.${name}.dbExistingSecret: ${DATABASE_ADMIN_SECRET}`,
            `ofBenches.${name}.dbExistingSecretPasswordKey: password`,
          ]),
          "secrets.databaseAdmin: projects/123456789012/secrets/kairos-database-admin/versions/N",
          "secrets.mail: projects/123456789012/secrets/kairos-mail/versions/N",
        ],
        run,
      );
    }
  });

  test("each bench is on the volume of its site Jobs, on their very image, and asks the same Secret", () => {
    for (const { run, cluster, benches } of told) {
      for (const [name, values] of Object.entries(benches)) {
        const { image, persistence } = values as unknown as BenchValues;
        const bench = { ...MAIN_BENCH, name, image: `${image.repository}:${image.tag}` };
        const { volumes, containers } = podOf("create", { benches: [bench] });
        const known = cluster["benches"] as string[];
        const root = pathOf(volumes?.[0]?.persistentVolumeClaim?.claimName ?? "", known);
        const subPath = containers[0]?.volumeMounts?.find((mount) => mount.subPath)?.subPath;
        assert.is(pathOf(persistence.worker.existingClaim, known), `${root}/${subPath}`, run);
        assert.is(containers[0]?.image, bench.image);
      }
    }
  });

  test("the quota has room for all site Jobs that may work at once, of whichever kind, and as many that are ending", () => {
    const jobs: Record<string, number> = { an_external_mariadb: 1 };
    const memory: Record<string, string> = { an_external_mariadb: "1536Mi", three_benches: "6Gi" };
    for (const { run, cluster } of told) {
      const { pods, ...quota } = cluster["quota"] as { pods: number } & Record<string, string>;
      assert.is(pods, 2 * (jobs[run] ?? 8), run);
      const upgradeMemory = memory[run] ?? "4Gi";
      const specs = OPERATION_KINDS.map((kind) => podOf(kind, { upgradeMemory }));
      for (const [name, which, what] of [
        ["requestsCpu", "requests", "cpu"],
        ["requestsMemory", "requests", "memory"],
        ["limitsCpu", "limits", "cpu"],
        ["limitsMemory", "limits", "memory"],
      ] as const) {
        const most = Math.max(...specs.map((spec) => ofPod(spec, which, what)));
        assert.is(toNumber(quota[name] ?? ""), pods * most, `${run}: ${name}`);
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
      const probes = probesOf(told.find(({ run }) => run === "the_bench")?.benches["main"]);
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
    for (const probe of probesOf(told[0]?.benches["main"])) assert.not.ok(isAlive(probe));
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

/** What is read here of the values of a bench. */
interface BenchValues {
  image: { repository: string; tag: string };
  persistence: { worker: { existingClaim: string } };
}

/** What a release is told; of one that is not there, nothing. */
function valuesOf(release: Resource | undefined): Values {
  const [yaml] = (release?.values["values"] ?? []) as string[];
  return yaml === undefined ? {} : loadYaml<Values>(yaml);
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

/** The Pod of a site Job of this kind, of a tenant in the current bench who is on the way there from another one. */
function podOf(kind: OperationKind, settings: Partial<ManifestSettings> = {}): V1PodSpec {
  const { benches = [MAIN_BENCH] } = settings;
  const tenant = newTenant(
    {
      id: "0c16443d-3d8e-4c0d-b43c-ac1174140611",
      commandId: "w1",
      requestedBy: REQUESTER,
      organization: "Acme",
      subdomain: "acme",
      email: "office@acme.example",
      bench: currentBench(benches).name,
    },
    new Date("2026-11-24T12:00:00Z"),
  );
  const { spec } = siteJob(
    tenant,
    { kind, generation: 1, attempt: 1 },
    {
      namespace: "frappe",
      baseDomain: "sites.example.com",
      benches,
      ...UPGRADE_SETTINGS,
      databaseHost: "mariadb",
      databasePort: 3306,
      databaseTls: "default" as const,
      databaseCa: null,
      routerUrl: null,
      backupBucket: null,
      backupEndpoint: "https://storage.googleapis.com",
      scripts: siteScripts(() => ""),
      ...settings,
    },
  );
  assert.ok(spec?.template.spec);
  return spec.template.spec;
}

/** What a Pod takes of the quota: its containers run together, those before them one by one. */
function ofPod(
  { containers, initContainers = [] }: V1PodSpec,
  which: "requests" | "limits",
  what: "cpu" | "memory",
): number {
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
