/**
 * The processes of a cluster. One that ends too early is told by the last lines of its log, at once.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createServerProcesses } from "../server-processes.ts";
import { eventually } from "../stack-fixture.ts";

export type ClusterProcesses = ReturnType<typeof createClusterProcesses>;

export function createClusterProcesses() {
  const processes = createServerProcesses();
  const { directory } = processes;
  let problem: string | null = null;
  void processes.death.then((sentence) => (problem = sentence));

  /** The last lines of a process's log. */
  function lastWords(name: string, lines = 5): string {
    try {
      return readFileSync(join(directory, `${name}.log`), "utf8")
        .trim()
        .split("\n")
        .slice(-lines)
        .join("\n");
    } catch {
      return "";
    }
  }

  /** Waits as `eventually` does, but not for one that is dead. */
  function until<T>(what: string, look: () => Promise<T | null>): Promise<T> {
    return eventually(what, async () => {
      if (problem !== null) {
        const name = problem.split(" ")[0] ?? "";
        throw new Error(`not to be had: ${what}. ${problem}:\n${lastWords(name)}`);
      }
      return look();
    });
  }

  return { ...processes, until, lastWords };
}
