/**
 * Runs a container as a bash process, with what a kubelet would give it.
 *
 * @module
 */
import type { V1Container } from "@kubernetes/client-node";
import { spawn } from "node:child_process";
import { closeSync, fstatSync, mkdirSync, openSync, readFileSync, rmSync } from "node:fs";
import { constants } from "node:os";
import { dirname } from "node:path";
import type { Reaper } from "../reaper.ts";

/** How a container ended, as a Pod's `state.terminated` tells it. */
export interface Terminated {
  exitCode: number;
  message: string;
}

export interface RunningContainer {
  ended: Promise<Terminated>;
  /** What it has printed so far. */
  log: () => Buffer;
  /** Asks it to stop, and kills it when it has not by then. */
  stop: (graceSeconds: number) => void;
}

export interface ContainerContext {
  /** Fakes the image's working directory. */
  directory: string;
  /** What the image and the fakes have in the environment. */
  imageEnvironment: Record<string, string>;
  /** The value of a key of a Secret, if it is there. */
  secret: (name: string, key: string) => string | undefined;
  podUid: string;
  logFile: string;
  reaper: Reaper;
}

/** Kubernetes keeps this much of a log as a termination message. */
const FALLBACK_BYTES = 2048;

/** Starts a container. Null while a Secret that it needs is not there. */
export function startContainer(
  container: V1Container,
  context: ContainerContext,
): RunningContainer | null {
  const env = environmentOf(container, context);
  if (env === null) return null;
  const [command = "", ...args] = [...(container.command ?? []), ...(container.args ?? [])].map(
    (text) => expand(text, env),
  );
  mkdirSync(dirname(context.logFile), { recursive: true });
  const log = openSync(context.logFile, "a");
  // An earlier Pod of the same Job may have left its own in the file.
  const { size } = fstatSync(log);
  const terminationLog = `${context.logFile}.termination`;
  const child = spawn(command, args, {
    cwd: context.directory,
    env: { ...context.imageEnvironment, ...env, TERMINATION_LOG: terminationLog },
    stdio: ["ignore", log, log],
    detached: true, // a process group of its own, so that all of it can be killed
  });
  closeSync(log);
  const stopWatching = child.pid === undefined ? () => {} : context.reaper.watch(child.pid);

  const ended = new Promise<number>((resolve) => {
    child.once("error", () => resolve(127));
    child.once("exit", (code, signal) => {
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  }).then((exitCode): Terminated => {
    kill("SIGKILL"); // what the first process left behind goes with its container
    stopWatching();
    const own = readIfThere(terminationLog).toString();
    rmSync(terminationLog, { force: true });
    const usesLog = own === "" && exitCode !== 0 && hasLogFallback(container);
    const message = usesLog ? printed().subarray(-FALLBACK_BYTES).toString() : own;
    return { exitCode, message };
  });

  function printed(): Buffer {
    return readIfThere(context.logFile).subarray(size);
  }

  function kill(signal: NodeJS.Signals): void {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, signal);
    } catch {
      // Nothing of the group is left.
    }
  }

  function stop(graceSeconds: number): void {
    kill("SIGTERM");
    const timer = setTimeout(() => kill("SIGKILL"), graceSeconds * 1000);
    void ended.finally(() => clearTimeout(timer));
  }

  return { ended, stop, log: printed };
}

function hasLogFallback({ terminationMessagePolicy }: V1Container): boolean {
  return terminationMessagePolicy === "FallbackToLogsOnError";
}

/** What a kubelet puts into a container's environment. Null while a Secret that it needs is not there. */
export function environmentOf(
  container: V1Container,
  { secret, podUid }: Pick<ContainerContext, "secret" | "podUid">,
): Record<string, string> | null {
  const env: Record<string, string> = {};
  for (const { name, value, valueFrom } of container.env ?? []) {
    if (valueFrom?.fieldRef?.fieldPath === "metadata.uid") {
      env[name] = podUid;
      continue;
    }
    const reference = valueFrom?.secretKeyRef;
    const found = reference
      ? secret(reference.name ?? "", reference.key)
      : expand(value ?? "", env);
    if (found === undefined) return null;
    env[name] = found;
  }
  return env;
}

/** Kubernetes' own expansion: `$(NAME)` for what is known, `$$` for one dollar sign. */
export function expand(text: string, env: Record<string, string>): string {
  return text.replaceAll(/\$(?:\$|\(([^)]*)\))/g, (whole, name: string | undefined) =>
    name === undefined ? "$" : (env[name] ?? whole),
  );
}

function readIfThere(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
}
