/**
 * The site Jobs of a fake cluster, watched as they are made.
 *
 * @module
 */
import type { V1Job } from "@kubernetes/client-node";
import type { Jobs } from "../../scripts/local/fake-cluster/job-controller.ts";

/** Watches from now on. With a command, each Job has one container that runs it, in place of its own. */
export function watchJobs(
  jobs: Jobs,
  command: string[] | null,
  onCreated: (name: string) => void = () => {},
) {
  const { createJob } = jobs;
  const names: string[] = [];
  let atOnce = 0;
  jobs.createJob = (job) => {
    const created = createJob(command === null ? job : withCommand(job, command));
    const name = created.metadata?.name ?? "";
    names.push(name);
    const working = jobs.listJobs().filter(({ status }) => status?.conditions === undefined).length;
    atOnce = Math.max(atOnce, working);
    onCreated(name);
    return created;
  };
  return {
    /** The names of those that were made, one for each time. */
    names: () => names,
    /** How many worked at the same time at the most. */
    atOnce: () => atOnce,
  };
}

/** The same Job, with one container that runs a command in place of its own. */
export function withCommand(job: V1Job, command: string[]): V1Job {
  const template = { ...job.spec?.template, spec: { containers: [{ name: "site", command }] } };
  return { ...job, spec: { ...job.spec, template } };
}
