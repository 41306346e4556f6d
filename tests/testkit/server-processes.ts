/**
 * The processes of a real server that a test or a measurement starts for itself: in a directory of their own, gone with
 * it afterwards.
 *
 * @module
 */
import { rmSync } from "node:fs";
import { createProcesses } from "../../scripts/local/processes.ts";
import { startReaper } from "../../scripts/local/reaper.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

/** `onRestart` is called with a sentence when one has ended that is kept running. */
export function createServerProcesses(onRestart?: (sentence: string) => void) {
  const directory = temporaryDirectory();
  const reaper = startReaper();
  const processes = createProcesses(directory, reaper, onRestart);
  return {
    directory,
    start: processes.start,
    keepRunning: processes.keepRunning,
    pid: processes.pid,
    death: processes.death,
    /**
     * Ends everything. The named processes are killed at once, for their state is thrown away and some
     * take seconds over a SIGTERM.
     */
    async stop(...killed: string[]): Promise<void> {
      for (const name of killed) {
        const pid = processes.pid(name);
        if (pid !== undefined) process.kill(pid, "SIGKILL");
      }
      await processes.stopAll();
      reaper.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
