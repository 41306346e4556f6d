/**
 * The Terraform commands of a deployment, as a user would type them.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { DeployProblem } from "./deploy-error.ts";

/** What `terraform/outputs.tf` gives that a deployment goes on with. */
export interface Outputs {
  /** Where the API answers. */
  api_url: string;
  /** Whether anybody may reach it, or Cloud Run lets only some callers in. */
  api_is_public: boolean;
  base_domain: string;
  /** The name servers to which the domain must be delegated. */
  name_servers: string[];
  /** The certificate of the sites, by its full name: projects/P/locations/L/certificates/C. */
  certificate: string;
  /** The database, by its full name: projects/P/databases/(default). */
  database: string;
  /** The trigger on deletions, likewise: projects/P/locations/L/triggers/T. */
  deletion_trigger: string;
  /** The trigger on status events, likewise. */
  event_trigger: string;
}

/** What a deployment cannot do without. */
export const OUTPUT_NAMES = [
  "api_url",
  "api_is_public",
  "base_domain",
  "name_servers",
  "certificate",
  "database",
  "deletion_trigger",
  "event_trigger",
] as const;

/** What backend.hcl.example becomes (terraform/README.md). */
const BACKEND = "backend.hcl";

export type Terraform = ReturnType<typeof openTerraform>;

/** Terraform in a directory. Whatever it prints goes to the terminal. */
export function openTerraform(directory: string, program = "terraform") {
  /** Runs a command and gives what it printed, where that is not for the terminal. */
  function run(args: string[], stdout: "inherit" | "pipe" = "inherit"): Promise<string> {
    const child = spawn(program, args, {
      cwd: directory,
      stdio: ["inherit", stdout, "inherit"],
    });
    let output = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => (output += text));
    return new Promise((resolve, reject) => {
      child.once("error", (cause) => {
        const problem =
          "Terraform is missing: there is no terraform on the PATH. Install it first.";
        reject(new DeployProblem(problem, { cause }));
      });
      child.once("close", (code) => {
        if (code === 0) resolve(output);
        else reject(new DeployProblem(`terraform ${args[0]} ended with ${code}; see above.`));
      });
    });
  }

  return {
    init: () => run(["init", "-input=false", ...backendIn(directory)]),
    plan: (file: string) => run(["plan", "-input=false", `-out=${file}`]),
    apply: (file: string) => run(["apply", "-input=false", file]),
    async outputs(): Promise<Outputs> {
      return toOutputs(JSON.parse(await run(["output", "-json"], "pipe")) as object);
    },
  };
}

/** Where the state is kept in a bucket, the file that says in which. */
function backendIn(directory: string): string[] {
  return existsSync(join(directory, BACKEND)) ? [`-backend-config=${BACKEND}`] : [];
}

function toOutputs(printed: object): Outputs {
  const outputs = printed as Record<string, { value?: unknown } | undefined>;
  const missing = OUTPUT_NAMES.filter((name) => outputs[name]?.value === undefined);
  if (missing.length > 0) {
    throw new DeployProblem(
      `Terraform's outputs lack ${missing.join(", ")}: was it applied to the end?`,
    );
  }
  const values = OUTPUT_NAMES.map((name) => [name, outputs[name]?.value]);
  return Object.fromEntries(values) as Outputs;
}
