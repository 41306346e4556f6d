/**
 * A Redis server of its own for a test, from the `redis-server` of this machine.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { createServerProcesses } from "./server-processes.ts";
import { freePorts, waitForPort } from "../../scripts/local/loopback-ports.ts";

/** Null when this machine has a Redis server, or else what is missing. */
export function missingRedis(): string | null {
  const missing = ["redis-server", "redis-cli"].filter(
    (program) => spawnSync(program, ["--version"]).error !== undefined,
  );
  return missing.length === 0 ? null : `there is no ${missing.join(", no ")} on the PATH`;
}

export type RedisServer = Awaited<ReturnType<typeof startRedis>>;

export async function startRedis(password: string) {
  const processes = createServerProcesses();
  const [port = 0] = await freePorts(1);
  const options = ["--port", String(port), "--bind", "127.0.0.1", "--requirepass", password];
  processes.start({
    name: "redis-server",
    command: "redis-server",
    args: [...options, "--save", "", "--dir", processes.directory],
    env: process.env,
  });
  await waitForPort(port, AbortSignal.timeout(60_000));

  /** The lines that a command answers. */
  function command(...words: string[]): string[] {
    const args = ["-h", "127.0.0.1", "-p", String(port), ...words];
    const env = { ...process.env, REDISCLI_AUTH: password };
    const { status, stdout, stderr } = spawnSync("redis-cli", args, { encoding: "utf8", env });
    if (status !== 0) throw new Error(`redis-cli: ${stderr || stdout}`);
    return stdout.split("\n").filter((line) => line !== "");
  }

  return {
    url: `redis://:${password}@127.0.0.1:${port}`,
    command,
    keys: () => command("KEYS", "*").toSorted(),
    stop: () => processes.stop("redis-server"),
  };
}
