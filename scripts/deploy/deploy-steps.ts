/**
 * The steps of a deployment, one after the other, up to the first thing that is missing.
 *
 * @module
 */
import { setTimeout as sleep } from "node:timers/promises";
import { describeCertificate, readCertificate } from "./wildcard-certificate.ts";
import type { ReadResource } from "./google.ts";
import { DeployProblem } from "./deploy-error.ts";
import { smokeTest, smokeTestClosed } from "./smoke-test.ts";
import type { Outputs, Terraform } from "./terraform-command.ts";
import { checkTrigger } from "./trigger.ts";

/** The first apply in a new project can meet what Google has not made yet: an account, a permission, a metric. */
const APPLY_TRIES = 3;

export interface Deployment {
  /** Builds the functions. */
  build: () => Promise<void>;
  /** `terraform/`. */
  controlPlane: Terraform;
  /** `terraform/cluster/`; null to leave the cluster as it is. */
  cluster: Terraform | null;
  /** Where a plan is kept between plan and apply. */
  planFile: string;
  /** Asks whether the plan shall be applied. */
  confirm: () => Promise<boolean>;
  /** Reads what Google says of a resource. */
  readGoogle: ReadResource;
  /** The version that the deployed API must say it is. */
  version: string;
  report: (line: string) => void;
  /** The pause before an apply that failed is planned and tried again. */
  retrySeconds: number;
  /** How long the certificate, and the API, may take. */
  timeoutSeconds: number;
  pollSeconds: number;
}

/** Carries out a deployment. Throws a `DeployProblem` at the first thing that is missing. */
export async function deploy(deployment: Deployment): Promise<void> {
  const { build, controlPlane, cluster, report } = deployment;
  report("1/5 build");
  await build();
  report("2/5 the control plane: terraform/");
  await planAndApply(controlPlane, deployment);
  const outputs = await controlPlane.outputs();
  report("3/5 smoke test");
  await waitForApi(outputs, deployment);
  const { database, deletion_trigger, event_trigger } = outputs;
  const triggers = { cleanup: deletion_trigger, publish: event_trigger };
  for (const [name, trigger] of Object.entries(triggers)) {
    await checkTrigger(deployment.readGoogle, { database, trigger, function: name });
  }
  report(`4/5 inside the cluster: terraform/cluster/${cluster === null ? ", left out" : ""}`);
  if (cluster !== null) await planAndApply(cluster, deployment);
  report("5/5 certificate");
  await waitForCertificate(outputs, deployment);
  report(`deployed: ${outputs.api_url}`);
}

/** Plans anew for each try: a plan can be applied once, and the next is for what is left of it. */
async function planAndApply(terraform: Terraform, deployment: Deployment): Promise<void> {
  const { planFile, confirm, report, retrySeconds } = deployment;
  await terraform.init();
  for (let tries = 1; ; tries += 1) {
    await terraform.plan(planFile);
    if (!(await confirm())) throw new DeployProblem("The plan was not applied.");
    try {
      await terraform.apply(planFile);
      return;
    } catch (error) {
      if (!(error instanceof DeployProblem) || tries === APPLY_TRIES) throw error;
      report(`${error.message} In a new project that can pass: once more in ${retrySeconds} s.`);
      await sleep(retrySeconds * 1000);
    }
  }
}

/** What was just made may take a while until it answers. */
async function waitForApi(
  { api_url, api_is_public }: Outputs,
  deployment: Deployment,
): Promise<void> {
  await waitUntil(deployment, async () => {
    try {
      if (api_is_public) await smokeTest(api_url, deployment.version);
      else await smokeTestClosed(api_url);
      return null;
    } catch (error) {
      if (error instanceof DeployProblem) return error.message;
      throw error;
    }
  });
}

/** Google makes the certificate only when the domain is delegated, which somebody else must do. */
async function waitForCertificate(outputs: Outputs, deployment: Deployment): Promise<void> {
  const { base_domain, name_servers, certificate } = outputs;
  await waitUntil(deployment, async () => {
    const { isActive, says } = describeCertificate(
      await readCertificate(deployment.readGoogle, certificate),
    );
    if (isActive) return null;
    return (
      `The certificate of *.${base_domain} is not there yet: ${says}. ` +
      `Delegate ${base_domain} with NS records to ${name_servers.join(", ")}`
    );
  });
}

/** Waits until nothing is missing any more, and says what it waits for whenever that changes. */
async function waitUntil(
  { report, timeoutSeconds, pollSeconds }: Deployment,
  look: () => Promise<string | null>,
): Promise<void> {
  const deadline = performance.now() + timeoutSeconds * 1000;
  let said: string | null = null;
  for (;;) {
    const missing = await look();
    if (missing === null) return;
    if (missing !== said) report(`waiting: ${missing}`);
    said = missing;
    if (performance.now() >= deadline) {
      throw new DeployProblem(`${missing}\nAll else is done: run npm run deploy again later.`);
    }
    await sleep(pollSeconds * 1000);
  }
}
