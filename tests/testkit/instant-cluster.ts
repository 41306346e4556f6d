/**
 * A cluster whose site Jobs succeed at once, and a bench that knows no more than whose sites there are: for tests in
 * which thousands of tenants matter, and no script.
 *
 * @module
 */
import type { V1Job } from "@kubernetes/client-node";
import { randomUUID } from "node:crypto";
import type { Cluster } from "../../shared/kubernetes/cluster.ts";
import { LABELS } from "../../shared/operations/job-manifest.ts";
import type { Job } from "../../shared/reconciler/decision.ts";

/** A site of the bench. */
export interface InstantSite {
  tenantId: string;
  /** By which visitors reach it; empty while it is nobody's. */
  hosts: string;
}

/** Makes one. `onEnded` is called with the tenant of each Job, soon after it was made. */
export function createInstantCluster(onEnded: (tenantId: string) => void) {
  const jobs = new Map<string, Job>();
  const sites = new Map<string, InstantSite>();
  const made: Record<string, number> = {};
  /** What no Job should have been asked to do. */
  const wrong: string[] = [];

  function runJob(tenantId: string, kind: string, name: string, hosts: string): void {
    made[kind] = (made[kind] ?? 0) + 1;
    const site = sites.get(name);
    if (site !== undefined && site.tenantId !== tenantId) wrong.push(`${name} is another's`);
    if (kind === "create" && site !== undefined) wrong.push(`${name} is there already`);
    if (kind === "claim" && site?.hosts !== "") wrong.push(`${name} is no standby's`);
    if (kind === "drop") sites.delete(name);
    else sites.set(name, { tenantId, hosts });
  }

  const cluster: Cluster = {
    readJob: (tenantId) => Promise.resolve(jobs.get(tenantId) ?? null),
    readReport: () => Promise.resolve(null),
    createJob(manifest) {
      const { tenantId, kind, generation, attempt } = identityOf(manifest);
      if (jobs.has(tenantId)) return Promise.resolve("taken");
      const outcome = { result: "succeeded", reason: null } as const;
      const rest = { terminating: false, outcome, blocker: null };
      jobs.set(tenantId, { uid: randomUUID(), kind, generation, attempt, ...rest });
      runJob(
        tenantId,
        kind,
        environmentOf(manifest, "SITE"),
        environmentOf(manifest, "SERVED_NAMES"),
      );
      setImmediate(onEnded, tenantId);
      return Promise.resolve("made");
    },
    deleteJob(tenantId, uid) {
      if (jobs.get(tenantId)?.uid === uid) jobs.delete(tenantId);
      return Promise.resolve();
    },
    createSecret: () => Promise.resolve("made"),
    deleteSecret: () => Promise.resolve(true),
    listJobs: () =>
      Promise.resolve(
        [...jobs].map(([tenantId, { uid }]) => ({
          tenantId,
          uid,
          hasEnded: true,
          createdAt: new Date(),
        })),
      ),
  };
  return { cluster, sites, made, wrong };
}

function identityOf({ metadata }: V1Job) {
  const label = (name: string) => metadata?.labels?.[name] ?? "";
  return {
    tenantId: label(LABELS.tenant),
    kind: label(LABELS.kind),
    generation: Number(label(LABELS.generation)),
    attempt: Number(label(LABELS.attempt)),
  };
}

/** What the last container is told; empty where it is told nothing. */
function environmentOf({ spec }: V1Job, variable: string): string {
  const env = spec?.template.spec?.containers.at(-1)?.env ?? [];
  return env.find(({ name }) => name === variable)?.value ?? "";
}
