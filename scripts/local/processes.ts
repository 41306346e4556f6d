/**
 * The stack's child processes: started with a log file each, stopped together, and watched, since the
 * stack ends when one of them does.
 *
 * @module
 */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import type { Reaper } from "./reaper.ts";

export interface ProcessSpec {
  name: string;
  command: string;
  args: string[];
  env: Record<string, string | undefined>;
}

export type Processes = ReturnType<typeof createProcesses>;

/** A child that has not ended this long after SIGTERM is killed. */
const STOP_MILLISECONDS = 3_000;

export function createProcesses(logDirectory: string, reaper: Reaper) {
  const children = new Map<string, { child: ChildProcess; exited: Promise<void> }>();
  let isStopping = false;
  /** Settles with a sentence when a child ends that nobody stopped. */
  const death = Promise.withResolvers<string>();

  function start({ name, command, args, env }: ProcessSpec): void {
    mkdirSync(logDirectory, { recursive: true });
    const logFile = join(logDirectory, `${name}.log`);
    const log = openSync(logFile, "a");
    const child = spawn(command, args, {
      env,
      stdio: ["ignore", log, log],
      detached: true, // Ctrl-C reaches only the stack, which stops its children in order
    });
    closeSync(log);
    const stopWatching = child.pid === undefined ? () => {} : reaper.watch(child.pid);
    const exited = new Promise<void>((resolve) => {
      child.once("error", (error) => settle(error.message));
      child.once("exit", (code, signal) => settle(`exit ${code ?? signal}`));
      function settle(how: string): void {
        stopWatching();
        if (!isStopping) death.resolve(`${name} has ended by itself (${how}); see ${logFile}`);
        resolve();
      }
    });
    children.set(name, { child, exited });
  }

  async function stopAll(): Promise<void> {
    isStopping = true;
    await Promise.all([...children.values()].map(stop));
  }

  return {
    start,
    stopAll,
    death: death.promise,
    /** The process id of a child, for tests that end it. */
    pid: (name: string) => children.get(name)?.child.pid,
  };
}

async function stop({ child, exited }: { child: ChildProcess; exited: Promise<void> }) {
  send(child, "SIGTERM");
  const timer = setTimeout(() => send(child, "SIGKILL"), STOP_MILLISECONDS);
  await exited;
  clearTimeout(timer);
}

function send({ pid }: ChildProcess, name: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, name);
  } catch {
    // The group is gone already.
  }
}
