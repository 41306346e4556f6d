/**
 * The providers that a root is checked with: the real ones where `terraform init` can get them, and else what has
 * their schemas alone (provider.ts).
 *
 * @module
 */
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { openTerraform, runner } from "./run-terraform.ts";
import type { Terraform } from "./run-terraform.ts";

/** How long the real providers, of some 100 MB each, may take to come. */
const TIMEOUT_MILLISECONDS = 180_000;

/** What must not come into the copy of a root: what an operator's own applies have left there. */
const OF_AN_APPLY = /^(\.terraform.*|terraform\.tfstate.*|.*\.tfvars(\.json)?|backend\.(tf|hcl))$/;

/** A root that can be checked, and with which providers. */
export interface OpenRoot extends Terraform {
  directory: string;
  /** A sentence. */
  providers: string;
}

/** Opens a root for its check. It is closed in the end. */
export async function openRoot(root: string): Promise<OpenRoot> {
  const real = await openWithRealProviders(root);
  if (typeof real !== "string") return real;
  const providers = `checked against the providers' schemas: the real ones are not to be had (${real})`;
  return { ...(await openTerraform()), directory: root, providers };
}

/** With the providers from the registry, or a mirror that Terraform's configuration names; or why not. */
async function openWithRealProviders(root: string): Promise<OpenRoot | string> {
  const directory = mkdtempSync(join(tmpdir(), "kairos-terraform-root-"));
  const close = (): void => rmSync(directory, { recursive: true, force: true });
  cpSync(root, directory, { recursive: true, filter: (path) => !OF_AN_APPLY.test(basename(path)) });
  const cache = process.env["TF_PLUGIN_CACHE_DIR"] ?? join(homedir(), ".cache/kairos/terraform");
  mkdirSync(cache, { recursive: true });
  const env = {
    ...process.env,
    TF_PLUGIN_CACHE_DIR: cache,
    TF_IN_AUTOMATION: "1",
    CHECKPOINT_DISABLE: "1",
  };
  const init = ["init", "-backend=false", "-input=false", "-no-color"];
  const { exitCode, output } = await runner(env, TIMEOUT_MILLISECONDS)(init, directory);
  if (exitCode !== 0) {
    close();
    return firstError(output);
  }
  const versions = [...output.matchAll(/(\S+\/\S+) v(\d[\d.]*\d)/g)].map(
    ([, name, at]) => `${name} ${at}`,
  );
  const providers = `checked with the real providers: ${[...new Set(versions)].join(", ")}`;
  return { run: runner(env), directory, providers, close };
}

/** Terraform breaks a sentence where a terminal would. */
function firstError(output: string): string {
  const [, error = "terraform init did not end in time"] =
    /Error: [^\n]+\n\n([^]*?)(?:\n\n|$)/.exec(output) ?? [];
  return error.replaceAll(/\s+/g, " ").trim();
}
