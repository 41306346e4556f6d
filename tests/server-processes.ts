/**
 * The processes of a real server that a test starts for itself: in a directory of their own, gone with
 * it afterwards.
 *
 * @module
 */
import { rmSync } from "node:fs";
import { createProcesses } from "../scripts/local/processes.ts";
import { startReaper } from "../scripts/local/reaper.ts";
import { temporaryDirectory } from "./stack-fixture.ts";

export function createServerProcesses() {
  const directory = temporaryDirectory();
  const reaper = startReaper();
  const processes = createProcesses(directory, reaper);
  return {
    directory,
    start: processes.start,
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
