/**
 * A cluster on which site Jobs run in real containers: under the chart's own namespace, Role, quota, policies
 * and Pod security, on a volume and a MariaDB of its own.
 *
 * @module
 */
import { loadYaml } from "@kubernetes/client-node";
import { chownSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DATABASE_ADMIN_SECRET } from "../../../shared/operations/job-environment.ts";
import { makeDirectories, volumeAt } from "../../../scripts/local/volume.ts";
import type { Volume } from "../../../scripts/local/volume.ts";
import { VALUES } from "../../infrastructure/chart.ts";
import type { Manifest } from "../../infrastructure/chart.ts";
import { startMariadb } from "../mariadb-server.ts";
import { eventually } from "../stack-fixture.ts";
import { chartObjectsOf, USERS } from "./site-namespace.ts";
import { startCluster } from "./kubelet-cluster.ts";
import { ENTRYPOINT, FRAPPE, BENCH, IMAGE_PATH } from "./image-files.ts";

export const NAMESPACE = "frappe";

/** What the functions ask for unless they are told otherwise. */
export const IMAGE = "docker.io/frappe/erpnext:v16.32.3";

/** The site Jobs', and the volume. */
const TEMPLATES = ["namespace", "role", "role-binding", "quota", "network-policies", "volume"];

export type SiteCluster = Awaited<ReturnType<typeof startSiteCluster>>;

export interface SiteClusterOptions {
  /** How long the fake bench takes for a site. */
  benchSeconds?: number;
}

/** Starts it and returns when site Jobs can be made. */
export async function startSiteCluster(
  assets: string,
  { benchSeconds = 0 }: SiteClusterOptions = {},
) {
  const env = {
    PATH: IMAGE_PATH,
    HOME: "/home/frappe",
    LANG: "C.UTF-8",
    LOCAL_BENCH_SECONDS: String(benchSeconds),
  };
  const image = { name: IMAGE, entrypoint: [ENTRYPOINT], env, workingDirectory: BENCH };
  const cluster = await startCluster(assets, { users: Object.values(USERS), images: [image] });
  let database: Awaited<ReturnType<typeof startMariadb>> | null = null;
  const stop = async () => {
    await cluster.stop();
    await database?.stop();
  };
  try {
    database = await startMariadb({ host: cluster.territory.address });
    const { address } = database;
    const volume = makeVolume(cluster.directory);
    await makeNamespace(cluster, { volume, address });
    return {
      ...cluster,
      volume,
      database,
      /** The settings of functions that work on this cluster. */
      env: {
        KUBECONFIG: cluster.kubeconfigFor(USERS.provision.token),
        DB_HOST: address.host,
        DB_PORT: String(address.port),
        DB_TLS: "off",
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** An empty volume, as the chart's own Job and a bench leave it that has no sites yet. */
function makeVolume(directory: string): Volume {
  const volume = volumeAt(join(directory, "volume"));
  const { root, sites } = volume;
  makeDirectories(volume);
  mkdirSync(join(sites, "assets"));
  writeFileSync(join(sites, "apps.txt"), "frappe\nerpnext\n");
  writeFileSync(join(sites, "common_site_config.json"), '{"mail_server": "smtp.example"}\n');
  const inRoot = readdirSync(root, { recursive: true, encoding: "utf8" });
  for (const path of ["", ...inRoot]) chownSync(join(root, path), FRAPPE, FRAPPE);
  return volume;
}

type Address = { host: string; port: number; rootPassword: string };

async function makeNamespace(
  cluster: Awaited<ReturnType<typeof startCluster>>,
  { volume, address }: { volume: Volume; address: Address },
): Promise<void> {
  const { host, port, rootPassword } = address;
  const values = { ...VALUES, mariadb: { enabled: false }, database: { host, port } };
  // The volume's directories are there already.
  const objects = chartObjectsOf(TEMPLATES, values).filter(({ kind }) => kind !== "Job");
  for (const object of objects) {
    const own = object.kind === "PersistentVolume" ? onThisMachine(object, volume) : object;
    // As the client's types have it, which differ from YAML in a name or two.
    await cluster.objects.create(loadYaml<Manifest>(JSON.stringify(own)));
  }
  await cluster.namespaceReady(NAMESPACE);
  await eventually("the volume is bound", async () => {
    const claim = { name: "kairos-volume", namespace: NAMESPACE };
    const { status } = await cluster.core.readNamespacedPersistentVolumeClaim(claim);
    return status?.phase === "Bound" ? true : null;
  });
  await cluster.core.createNamespacedSecret({
    namespace: NAMESPACE,
    body: {
      metadata: { name: DATABASE_ADMIN_SECRET },
      stringData: { username: "root", password: rootPassword },
    },
  });
}

/** The chart's volume is a file server's. This one is a directory. */
function onThisMachine(persistent: Manifest, { root, sites }: Volume): Manifest {
  const { nfs, mountOptions: _options, ...spec } = persistent["spec"] as Record<string, unknown>;
  const path = (nfs as { path: string }).path.endsWith("/benches/main/sites") ? sites : root;
  return { ...persistent, spec: { ...spec, hostPath: { path, type: "Directory" } } };
}
