/**
 * The stack's child processes: started with a log file each, stopped together, and watched. The end of
 * one ends the stack, unless it is one that is started again.
 *
 * @module
 */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { waitForPort } from "./loopback-ports.ts";
import type { Reaper } from "./reaper.ts";

export interface ProcessSpec {
  name: string;
  command: string;
  args: string[];
  env: Record<string, string | undefined>;
  /** Where it runs; without it, where the stack does. */
  cwd?: string;
}

export type Processes = ReturnType<typeof createProcesses>;

interface Child {
  child: ChildProcess;
  /** Settles with how it ended. */
  ended: Promise<string>;
}

/** A child that has not ended this long after SIGTERM is killed. */
const STOP_MILLISECONDS = 3_000;

/** Before a child is started again; doubled with every death in a row. */
const FIRST_PAUSE_MILLISECONDS = 250;
const LONGEST_PAUSE_MILLISECONDS = 5_000;

/** A child that ends this often before it has ever answered never will. */
const MOST_EARLY_DEATHS = 3;

/** `onRestart` is called with a sentence when a child has ended that is started again. */
export function createProcesses(
  logDirectory: string,
  reaper: Reaper,
  onRestart: (sentence: string) => void = () => {},
) {
  /** Those that run. */
  const children = new Map<string, Child>();
  const kept: Promise<void>[] = [];
  const stopping = new AbortController();
  /** Settles with a sentence when a child ends that nobody stopped. */
  const death = Promise.withResolvers<string>();

  const logFileOf = (name: string) => join(logDirectory, `${name}.log`);

  /** Starts a child. When it ends by itself, that is the death of all. */
  function start(spec: ProcessSpec): void {
    void runOnce(spec);
  }

  async function runOnce(spec: ProcessSpec): Promise<void> {
    const how = await run(spec);
    if (!stopping.signal.aborted) die(spec.name, how);
  }

  /**
   * Starts a child that answers at a port, and starts it again whenever it ends, as Cloud Run does with
   * a function. Only one that never answers is given up, and is the death of all.
   */
  function keepRunning(spec: ProcessSpec, port: number): void {
    kept.push(keep(spec, port));
  }

  async function keep(spec: ProcessSpec, port: number): Promise<void> {
    let hasEverAnswered = false;
    let deathsInARow = 0;
    while (!stopping.signal.aborted) {
      const { how, hasAnswered } = await runAtPort(spec, port);
      if (stopping.signal.aborted) return;
      hasEverAnswered ||= hasAnswered;
      deathsInARow = hasAnswered ? 1 : deathsInARow + 1;
      if (!hasEverAnswered && deathsInARow === MOST_EARLY_DEATHS) {
        die(spec.name, how);
        return;
      }
      const pause = pauseAfter(deathsInARow);
      const what = `${spec.name} has ended (${how}) and is started again in ${pause / 1000} s`;
      onRestart(`${what}; see ${logFileOf(spec.name)}`);
      await sleep(pause, undefined, { signal: stopping.signal }).catch(() => {});
    }
  }

  async function runAtPort(
    spec: ProcessSpec,
    port: number,
  ): Promise<{ how: string; hasAnswered: boolean }> {
    const over = new AbortController();
    let hasAnswered = false;
    const ended = run(spec);
    void waitForPort(port, over.signal).then(() => (hasAnswered = !over.signal.aborted));
    const how = await ended;
    over.abort();
    return { how, hasAnswered };
  }

  /** Runs a child. Settles with how it ended. */
  async function run({ name, command, args, env, cwd }: ProcessSpec): Promise<string> {
    mkdirSync(logDirectory, { recursive: true });
    const log = openSync(logFileOf(name), "a");
    const child = spawn(command, args, {
      env,
      cwd,
      stdio: ["ignore", log, log],
      detached: true, // Ctrl-C reaches only the stack, which stops its children in order
    });
    closeSync(log);
    const stopWatching = child.pid === undefined ? () => {} : reaper.watch(child.pid);
    const ended = new Promise<string>((resolve) => {
      child.once("error", (error) => resolve(error.message));
      child.once("exit", (code, signal) => resolve(`exit ${code ?? signal}`));
    });
    children.set(name, { child, ended });
    const how = await ended;
    stopWatching();
    if (children.get(name)?.child === child) children.delete(name);
    return how;
  }

  function die(name: string, how: string): void {
    death.resolve(`${name} has ended by itself (${how}); see ${logFileOf(name)}`);
  }

  async function stopAll(): Promise<void> {
    stopping.abort();
    await Promise.all([...children.values()].map(stop));
    await Promise.all(kept);
  }

  return {
    start,
    keepRunning,
    stopAll,
    death: death.promise,
    /** The process id of a child that runs, for tests that end it. */
    pid: (name: string) => children.get(name)?.child.pid,
  };
}

function pauseAfter(deathsInARow: number): number {
  return Math.min(FIRST_PAUSE_MILLISECONDS * 2 ** (deathsInARow - 1), LONGEST_PAUSE_MILLISECONDS);
}

async function stop({ child, ended }: Child): Promise<void> {
  send(child, "SIGTERM");
  const timer = setTimeout(() => send(child, "SIGKILL"), STOP_MILLISECONDS);
  await ended;
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
