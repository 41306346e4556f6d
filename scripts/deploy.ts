/**
 * `npm run deploy`: from the sources to a running control plane on Google Cloud.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { parseArgs } from "node:util";
import packageJson from "../package.json" with { type: "json" };
import { deploy } from "./deploy/deploy-steps.ts";
import { openGoogle } from "./deploy/google.ts";
import { DeployProblem } from "./deploy/deploy-error.ts";
import { openTerraform } from "./deploy/terraform-command.ts";
import { CLUSTER_ROOT, TERRAFORM_ROOT } from "./terraform/roots.ts";
import { repository } from "./repository.ts";

const HELP = `npm run deploy [-- --yes] [--without-cluster] [--wait-minutes N]

Builds the functions, plans and applies terraform/, tests the deployed API, plans and applies
terraform/cluster/, and waits for the certificate of the sites, saying what it waits for. It stops at the
first thing that is missing, with a sentence; run it again when that is there. An apply that fails is planned
and tried twice more: in a new project Google makes some things only after minutes.

  --yes             apply the plans without asking
  --without-cluster leave what is inside the cluster as it is
  --wait-minutes N  how long to wait for the API, and for the certificate (30)
  --help            this text

It needs terraform on the PATH, terraform/terraform.tfvars (see terraform/terraform.tfvars.example), Google
credentials (gcloud auth application-default login), and for the cluster gke-gcloud-auth-plugin.
`;

const options = parseOptions(process.argv.slice(2));
if (options.help) console.log(HELP);
else process.exitCode = await main();

function parseOptions(args: string[]): {
  help: boolean;
  yes: boolean;
  withoutCluster: boolean;
  waitMinutes: number;
} {
  try {
    const { values } = parseArgs({
      args,
      options: {
        yes: { type: "boolean", default: false },
        "without-cluster": { type: "boolean", default: false },
        "wait-minutes": { type: "string", default: "30" },
        help: { type: "boolean", default: false },
      },
    });
    const minutes = values["wait-minutes"];
    if (!/^\d{1,4}$/.test(minutes)) throw new Error("--wait-minutes must be a number of minutes.");
    return {
      help: values.help,
      yes: values.yes,
      withoutCluster: values["without-cluster"],
      waitMinutes: Number(minutes),
    };
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${HELP}`);
    process.exit(1);
  }
}

async function main(): Promise<number> {
  // A plan holds the values of its variables: only its owner may read the directory.
  const directory = mkdtempSync(join(tmpdir(), "kairos-plan-"));
  try {
    requireVariables();
    const readGoogle = await openGoogle();
    await deploy({
      build,
      controlPlane: openTerraform(TERRAFORM_ROOT),
      cluster: options.withoutCluster ? null : openTerraform(CLUSTER_ROOT),
      planFile: join(directory, "plan"),
      confirm,
      readGoogle,
      version: packageJson.version,
      report: (line) => console.log(line),
      retrySeconds: 120,
      timeoutSeconds: options.waitMinutes * 60,
      pollSeconds: 15,
    });
    return 0;
  } catch (error) {
    console.error(error instanceof DeployProblem ? error.message : error);
    return 1;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function requireVariables(): void {
  if (existsSync(join(TERRAFORM_ROOT, "terraform.tfvars"))) return;
  throw new DeployProblem(
    "terraform/terraform.tfvars is missing. Copy terraform/terraform.tfvars.example and fill it in.",
  );
}

function build(): Promise<void> {
  const script = join(repository, "scripts/build.ts");
  const { status } = spawnSync(process.execPath, [script], { stdio: "inherit" });
  if (status !== 0) throw new DeployProblem("The functions could not be built; see above.");
  return Promise.resolve();
}

async function confirm(): Promise<boolean> {
  if (options.yes) return true;
  if (!process.stdin.isTTY) {
    throw new DeployProblem("Nobody can be asked whether to apply the plan: say --yes.");
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return (await terminal.question("Apply this plan? (yes) ")) === "yes";
  } finally {
    terminal.close();
  }
}
