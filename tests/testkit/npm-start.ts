/**
 * `npm start` as a user runs it, for a test.
 *
 * @module
 */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { freePorts, isPortFree } from "../../scripts/local/loopback-ports.ts";
import { npm } from "./npm.ts";
import { eventually } from "./stack-fixture.ts";

/** Starts a stack below a directory and waits until it says that it is ready. */
export async function start(
  directory: string,
  env: Record<string, string> = {},
  options: string[] = [],
) {
  const [port = 0] = await freePorts(1);
  const stackDirectory = join(directory, `stack-${port}`);
  const args = ["start", "--", "--directory", stackDirectory, ...options];
  const run = npm(args, { PORT: String(port), ...env });
  await eventually("the stack is ready", async () => {
    if (run.child.exitCode !== null) throw new Error(run.output());
    return /^ready/m.test(run.output()) ? true : null;
  });
  const line = (name: string) =>
    new RegExp(`^${name} +(\\S+)`, "m").exec(run.output())?.[1]?.replace(/,$/, "") ?? "";
  const ports = [line("API"), line("Firestore"), line("Pub/Sub"), line("cluster")].map((address) =>
    Number(address.split(":").at(-1)),
  );
  return { run, line, ports, stackDirectory };
}

/**
 * The processes of this stack: those whose command line, working directory or environment speaks of
 * its directory or ports. As `pid command line`.
 */
export function processesOf({
  ports,
  stackDirectory,
}: {
  ports: number[];
  stackDirectory: string;
}): string[] {
  const about = (pid: string) => {
    const read = (name: string) => readFileSync(join("/proc", pid, name), "utf8");
    try {
      const args = read("cmdline").replaceAll("\0", " ");
      const all = `${args} ${readlinkSync(join("/proc", pid, "cwd"))} ${read("environ")}`;
      const isOurs =
        all.includes(stackDirectory) || ports.some((port) => args.includes(`port=${port}`));
      return isOurs ? [`${pid} ${args}`] : [];
    } catch {
      return []; // ended meanwhile
    }
  };
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap(about);
}

/** Waits until no port and no process of this stack is left. */
export async function nothingIsLeft(stack: {
  ports: number[];
  stackDirectory: string;
}): Promise<void> {
  await eventually("every port is free", async () => {
    const free = await Promise.all(stack.ports.map(isPortFree));
    return free.every(Boolean) ? true : null;
  });
  await eventually("every process has ended", async () =>
    processesOf(stack).length === 0 ? true : null,
  );
}
