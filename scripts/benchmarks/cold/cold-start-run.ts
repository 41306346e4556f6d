/**
 * Starts a process and measures how long its first answer takes, and how much memory it has then.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync, readFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Environment } from "../../../shared/configuration/setting-types.ts";
import { frameworkSpec } from "../../local/function-process.ts";
import { freePorts } from "../../local/loopback-ports.ts";

/** A function in a file, and the first request to it. */
export interface ColdStart {
  /** The name under which the file registers the function. */
  target: string;
  file: string;
  env: Environment;
  asked: {
    method: string;
    path: string;
    headers?: Record<string, string>;
    body?: string;
    status: number;
  };
}

export interface FirstAnswer {
  /** From the start of the process to the end of its answer. */
  milliseconds: number;
  /** How long processors have worked for it until then. Other work on the machine changes this little. */
  processorMilliseconds: number;
  /** What of the process's memory is there then. */
  residentBytes: number;
}

/** How soon it is tried again while nobody listens yet. */
const RETRY_MILLISECONDS = 2;

/** Measures one start. The process is killed afterwards, so that it leaves nothing. */
export async function measureColdStart({
  target,
  file,
  env,
  asked,
}: ColdStart): Promise<FirstAnswer> {
  const [port = 0] = await freePorts(1);
  const { command, args } = frameworkSpec(target, file, port, env);
  const startedAt = performance.now();
  const child = spawn(command, args, { env: { ...env }, stdio: ["ignore", "ignore", "pipe"] });
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  let said = "";
  child.stderr.on("data", (text: Buffer) => (said += text.toString()));
  const ended = once(child, "exit");
  try {
    let status = await ask(port, asked);
    while (status === null) {
      if (child.exitCode !== null) throw new Error(`${file} does not start: ${said}`);
      await sleep(RETRY_MILLISECONDS);
      status = await ask(port, asked);
    }
    const milliseconds = performance.now() - startedAt;
    if (status !== asked.status) {
      throw new Error(`${asked.method} ${asked.path} to ${file} was answered ${status}: ${said}`);
    }
    const pid = child.pid ?? 0;
    return {
      milliseconds,
      processorMilliseconds: processorMillisecondsOf(pid),
      residentBytes: residentBytesOf(pid),
    };
  } finally {
    kill();
    await ended;
    process.off("exit", kill);
  }
}

const agent = new Agent({ keepAlive: false });

/** The status of the whole answer; null where nobody listens. */
function ask(port: number, { method, path, headers = {}, body }: ColdStart["asked"]) {
  return new Promise<number | null>((resolve) => {
    const sent = request({ host: "127.0.0.1", port, method, path, headers, agent }, (response) => {
      response.resume().once("end", () => resolve(response.statusCode ?? 0));
    });
    sent.once("error", () => resolve(null)).end(body);
  });
}

/** https://man7.org/linux/man-pages/man5/proc_pid_status.5.html */
function residentBytesOf(pid: number): number {
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kibibytes) * 1024;
}

/** Of all threads: https://docs.kernel.org/scheduler/sched-stats.html */
function processorMillisecondsOf(pid: number): number {
  const nanoseconds = globSync(`/proc/${pid}/task/*/schedstat`).map((file) =>
    Number(readFileSync(file, "utf8").split(" ")[0]),
  );
  return nanoseconds.reduce((sum, value) => sum + value, 0) / 1e6;
}
