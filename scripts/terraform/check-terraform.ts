/**
 * `npm run terraform:check`: holds `terraform/` and `terraform/cluster/` to Terraform's own format, to their
 * providers and to their own tests. Without a registry it works too, against the providers' schemas.
 *
 * @module
 */
import { CLUSTER_ROOT, TERRAFORM_ROOT } from "./roots.ts";
import { openRoot } from "./provider-plugins.ts";
import { missingTerraform } from "./run-terraform.ts";
import type { Terraform } from "./run-terraform.ts";

const STEPS = [
  ["fmt", "-check", "-recursive", "-diff"],
  ["validate", "-no-color"],
  ["test", "-no-color"],
];

/** The first step that fails, in a sentence; null when all is well. What Terraform prints is passed on. */
export async function checkTerraform(
  directory: string,
  { run }: Pick<Terraform, "run">,
  onOutput: (text: string) => void,
): Promise<string | null> {
  for (const args of STEPS) {
    const { exitCode, output } = await run(args, directory, onOutput);
    if (exitCode !== 0) return `terraform ${args[0]} ended with exit code ${exitCode}`;
    // Without any test it ends with 0 too.
    if (args[0] === "test" && !/^Success! [1-9]/m.test(output)) return "terraform test ran no test";
  }
  return null;
}

async function main(): Promise<number> {
  const missing = missingTerraform();
  if (missing !== null) {
    console.error(`nothing was checked: ${missing}`);
    return 1;
  }
  for (const root of [TERRAFORM_ROOT, CLUSTER_ROOT]) {
    const problem = await checkRoot(root, (text) => void process.stdout.write(text));
    if (problem !== null) {
      console.error(`${root}: ${problem}`);
      return 1;
    }
  }
  return 0;
}

/** Checks a root with the best providers that there are, and tells which. */
export async function checkRoot(
  root: string,
  onOutput: (text: string) => void,
): Promise<string | null> {
  const opened = await openRoot(root);
  onOutput(`${root}: ${opened.providers}\n`);
  try {
    return await checkTerraform(opened.directory, opened, onOutput);
  } finally {
    opened.close();
  }
}

if (import.meta.main) process.exitCode = await main();
