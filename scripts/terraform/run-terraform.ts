/**
 * Runs the real Terraform on a directory of `.tf` files, offline: against a provider that has only a
 * schema, and so that nothing is left in the directory.
 *
 * @module
 */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startProvider } from "./fake-provider.ts";
import { readSchemas } from "./provider-schema.ts";

export interface TerraformRun {
  exitCode: number;
  /** All that it printed. */
  output: string;
}

export type Terraform = Awaited<ReturnType<typeof openTerraform>>;

/** Null when this machine has Terraform, or else what is missing. */
export function missingTerraform(): string | null {
  const { error } = spawnSync("terraform", ["version"]);
  return error === undefined ? null : "there is no terraform on the PATH";
}

/** What runs a command of Terraform's in a directory. */
export function runner(env: NodeJS.ProcessEnv, timeout?: number) {
  return (
    args: string[],
    cwd: string,
    onOutput = (_text: string): void => {},
  ): Promise<TerraformRun> =>
    new Promise((resolve, reject) => {
      // Not spawnSync: this very process may serve the provider meanwhile.
      const options = { cwd, env, ...(timeout === undefined ? {} : { timeout }) };
      const child = spawn("terraform", args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
      let output = "";
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding("utf8").on("data", (text: string) => {
          output += text;
          onOutput(text);
        });
      }
      child.once("error", reject);
      child.once("close", (code) => resolve({ exitCode: code ?? 1, output }));
    });
}

/** Opens Terraform, with the providers' schemas beside it until it is closed. */
export async function openTerraform() {
  const schemas = Object.entries(readSchemas());
  const providers = await Promise.all(
    schemas.map(([address, schema]) => startProvider(address, schema)),
  );
  const directory = mkdtempSync(join(tmpdir(), "kairos-terraform-"));
  const env = {
    ...process.env,
    // It takes what a directory uses, and leaves the rest alone.
    TF_REATTACH_PROVIDERS: JSON.stringify(
      Object.fromEntries(providers.map(({ address, reattach }) => [address, reattach])),
    ),
    // Memory for time. Collecting garbage as Go does by itself, the tests of terraform/ take 36 s; so, 26 s and
    // twice the memory, 0.6 GB (measured).
    GOGC: "800",
    // Not .terraform in the directory itself, and nothing of this machine's own configuration.
    TF_DATA_DIR: directory,
    TF_CLI_CONFIG_FILE: "/dev/null",
    TF_IN_AUTOMATION: "1",
    CHECKPOINT_DISABLE: "1",
  };

  return {
    run: runner(env),
    close: (): void => {
      for (const { stop } of providers) stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
