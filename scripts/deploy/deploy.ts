/**
 * The steps of a deployment, one after the other, up to the first thing that is missing.
 *
 * @module
 */
import { setTimeout as sleep } from "node:timers/promises";
import { describeCertificate } from "./certificate.ts";
import type { ReadCertificate } from "./certificate.ts";
import { DeployProblem } from "./problem.ts";
import { smokeTest } from "./smoke-test.ts";
import type { Outputs, Terraform } from "./terraform.ts";

export interface Deployment {
  /** Builds the functions. */
  build: () => Promise<void>;
  terraform: Terraform;
  /** Where the plan is kept between plan and apply: it holds secrets. */
  planFile: string;
  /** Asks whether the plan shall be applied. */
  confirm: () => Promise<boolean>;
  readCertificate: ReadCertificate;
  /** The version that the deployed API must say it is. */
  version: string;
  report: (line: string) => void;
  /** How long the certificate, and the API, may take. */
  patienceSeconds: number;
  pollSeconds: number;
}

/** Carries out a deployment. Throws a `DeployProblem` at the first thing that is missing. */
export async function deploy(deployment: Deployment): Promise<void> {
  const { build, terraform, planFile, confirm, report } = deployment;
  report("1/5 build");
  await build();
  report("2/5 plan");
  await terraform.init();
  await terraform.plan(planFile);
  if (!(await confirm())) throw new DeployProblem("Nothing was changed.");
  report("3/5 apply");
  await terraform.apply(planFile);
  const outputs = await terraform.outputs();
  report("4/5 smoke test");
  await waitForApi(outputs, deployment);
  report("5/5 certificate");
  await waitForCertificate(outputs, deployment);
  report(`deployed: ${outputs.api_url}`);
}

/** What was just made may take a while until it answers. */
async function waitForApi({ api_url }: Outputs, deployment: Deployment): Promise<void> {
  await waitUntil(deployment, async () => {
    try {
      await smokeTest(api_url, deployment.version);
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
    const { isActive, says } = describeCertificate(await deployment.readCertificate(certificate));
    if (isActive) return null;
    return (
      `The certificate of *.${base_domain} is not there yet: ${says}. ` +
      `Delegate ${base_domain} with NS records to ${name_servers.join(", ")}`
    );
  });
}

/** Waits until nothing is missing any more, and says what it waits for whenever that changes. */
async function waitUntil(
  { report, patienceSeconds, pollSeconds }: Deployment,
  look: () => Promise<string | null>,
): Promise<void> {
  const deadline = performance.now() + patienceSeconds * 1000;
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
