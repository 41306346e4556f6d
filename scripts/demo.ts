/**
 * `npm run demo`: what the control plane does, shown on a stack of its own. Ends with 0 only if everything ended as it should.
 *
 * @module
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FAULT_OF_LIVES, showLives } from "./demo/tenant-lives.ts";
import { FAULT_OF_UPGRADES, showUpgrades, UPGRADE_ENVIRONMENT } from "./demo/upgrades.ts";
import { freePorts } from "./local/loopback-ports.ts";
import { runOnStack } from "./local/run-command.ts";
import type { Stack } from "./local/local-stack.ts";

/** What can be shown. */
interface Demo {
  /** Everything that was not as it should be, in sentences. */
  show: (stack: Stack) => Promise<string[]>;
  /** What the stack is told for it. */
  env: Readonly<Record<string, string>>;
  /** Where the fake bench fails on purpose. */
  fault: string;
  /** When all is well. */
  end: string;
}

const DEMOS: Readonly<Record<string, Demo>> = {
  lives: { show: showLives, env: {}, fault: FAULT_OF_LIVES, end: "all three ended as they should" },
  upgrade: {
    show: showUpgrades,
    env: UPGRADE_ENVIRONMENT,
    fault: FAULT_OF_UPGRADES,
    end: "the canary is back on its old bench, and all others are on the new one",
  },
};

const HELP = `npm run demo [-- lives | upgrade]

Starts the whole system, shows something of it, and ends with 0 only if everything ended as it should.

  lives     makes three tenants at once, of which one fails on purpose, and deletes them again; what is
            shown without a word
  upgrade   moves 21 tenants from one bench to another in waves: the canary's migration fails on
            purpose, and it is taken back; all others are moved
  --help    this text`;

const [name = "lives", ...more] = process.argv.slice(2);
const demo = DEMOS[name];
if (name === "--help") console.log(HELP);
else if (demo === undefined || more.length > 0) {
  console.error(`There is no demo "${[name, ...more].join(" ")}".\n\n${HELP}`);
  process.exitCode = 2;
} else await run(demo);

async function run({ show, env, fault, end }: Demo): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "kairos-demo-"));
  process.once("exit", (code) => {
    if (code === 0) rmSync(directory, { recursive: true, force: true });
    else console.error(`what the demo left is in ${directory}`);
  });
  const [port] = await freePorts(1);
  const faults = [process.env["LOCAL_BENCH_FAULTS"], fault].filter(Boolean).join(",");
  const all = { ...env, ...process.env, PORT: String(port), LOCAL_BENCH_FAULTS: faults };
  console.log("starting the stack …");
  await runOnStack({ directory, env: all, codeWhenInterrupted: 130 }, async (stack) => {
    const failures = await show(stack);
    for (const failure of failures) console.error(`not as it should be: ${failure}`);
    if (failures.length > 0) return 1;
    console.log(end);
    return 0;
  });
}
