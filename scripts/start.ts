/**
 * `npm start`: the whole system on this machine, until Ctrl-C.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { FAULT_OF_DEMO_TENANTS, makeDemoTenants } from "./demo/demo-tenants.ts";
import { localSettingsSchema } from "./local/local-settings-schema.ts";
import { toSettingsHelp } from "./documentation/settings-help.ts";
import { runOnStack } from "./local/run-command.ts";
import type { Stack } from "./local/local-stack.ts";

const HELP = `npm start [-- --directory DIR] [--cluster kubeconfig] [--build DIR] [--fetch] [--demo]

Runs the whole system on this machine: the four functions on the official Firestore and Pub/Sub
emulators, with fakes of Eventarc, Cloud Scheduler, Cloud Storage and the GKE cluster. A function that
dies is started again. Ctrl-C ends it.

  --directory DIR       where sites and logs lie (default: .local); it is emptied at every start
  --cluster kubeconfig  use the current context of your kubeconfig instead of the fake cluster
  --build DIR           run the functions as npm run build has put them into DIR, not their sources
  --fetch               fetch emulators that are missing (some 130 MB) into the cache of this user,
                        without a question; without it you are asked, if there is a terminal and no CI
  --demo                open with three tenants: one active, one suspended, one that fails on purpose
  --help                this text

Settings, from the environment, with their defaults:
${toSettingsHelp(localSettingsSchema)}

POOL_SIZE is 2 here unless it is set: two sites are made before anybody asks for one.

In a Firestore emulator that already runs, what project kairos-local has there is deleted at every
start. All other settings go to the functions; docs/configuration.md has them all.
`;

/** What the functions' settings are here, unless they are set. */
const LOCAL_DEFAULTS = { POOL_SIZE: "2" };

/** Where the fake bench fails on purpose, beside what the environment asks for. */
function withFault(env: NodeJS.ProcessEnv, fault: string): NodeJS.ProcessEnv {
  const faults = [env["LOCAL_BENCH_FAULTS"], fault].filter(Boolean).join(",");
  return { ...env, LOCAL_BENCH_FAULTS: faults };
}

const startedAt = Date.now();
const options = parseOptions(process.argv.slice(2));
if (options.help) {
  console.log(HELP);
} else {
  const { directory, cluster, build: buildDirectory, fetch, demo } = options;
  const report = console.log;
  const settings = { ...LOCAL_DEFAULTS, ...process.env };
  const env = demo ? withFault(settings, FAULT_OF_DEMO_TENANTS) : settings;
  const stackOptions = { directory, cluster, buildDirectory, env, report };
  await runOnStack({ ...stackOptions, fetch, codeWhenInterrupted: 0 }, (stack) => {
    print(stack);
    if (demo) void makeDemoTenants(stack);
    // Runs until it is interrupted or something dies.
    return new Promise(() => {});
  });
}

interface Options {
  help: boolean;
  directory: string;
  cluster: "local" | "kubeconfig";
  build?: string;
  fetch: boolean;
  demo: boolean;
}

function parseOptions(args: string[]): Options {
  const directory = fileURLToPath(new URL("../.local", import.meta.url));
  try {
    const { values } = parseArgs({
      args,
      options: {
        help: { type: "boolean", default: false },
        directory: { type: "string", default: directory },
        cluster: { type: "string", default: "local" },
        build: { type: "string" },
        fetch: { type: "boolean", default: false },
        demo: { type: "boolean", default: false },
      },
    });
    const { cluster } = values;
    if (cluster !== "local" && cluster !== "kubeconfig") {
      throw new Error("--cluster is local or kubeconfig.");
    }
    return { ...values, cluster };
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${HELP}`);
    process.exit(1);
  }
}

function print(stack: Stack): void {
  const { backups } = stack;
  const lines: [string, string][] = [
    ["API", stack.urls.api],
    ["API key", stack.apiKey],
    ["docs", `${stack.urls.api}/docs`],
    ["console", `${stack.urls.api}/console`],
    ["Firestore", `${stack.firestoreHost}, project ${stack.projectId}`],
    ["Pub/Sub", stack.pubsubHost],
    ["cluster", stack.cluster?.url ?? "of your kubeconfig"],
    ["sites", stack.volume.hosts],
    [
      "backups",
      backups === null
        ? "none: openssl is missing, the cluster is yours, or BACKUP_BUCKET names your bucket"
        : `${backups.endpoint}, kept ${backups.kept}`,
    ],
    ["logs", stack.logDirectory],
  ];
  for (const [name, value] of lines) console.log(`${name.padEnd(10)} ${value}`);
  console.log(`ready after ${((Date.now() - startedAt) / 1000).toFixed(1)} s; Ctrl-C ends it`);
}
