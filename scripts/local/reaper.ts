/**
 * Sees to it that no child outlives the stack, even if the stack is killed with -9: a small process
 * that holds the other end of a pipe and kills the children's groups when the pipe breaks.
 *
 * @module
 */
import { spawn } from "node:child_process";

export interface Reaper {
  /** Watches over a process group. Call the answer when the group has ended. */
  watch(processGroup: number): () => void;
  /** Ends the reaper, which kills what is still being watched over. */
  close(): void;
}

const SCRIPT = `
declare -A groups
while read -r change group; do
  if [[ $change == add ]]; then groups[$group]=1; else unset "groups[$group]"; fi
done
for group in "\${!groups[@]}"; do kill -KILL -- "-$group"; done
`;

export function startReaper(): Reaper {
  const child = spawn("bash", ["-c", SCRIPT], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true, // out of reach of the terminal's Ctrl-C
  });
  child.unref();
  // The reaper itself may be gone at the end; there is nobody to tell.
  child.stdin.on("error", () => {});
  const tell = (change: string) => child.stdin.write(`${change}\n`);
  return {
    watch(processGroup) {
      tell(`add ${processGroup}`);
      return () => tell(`remove ${processGroup}`);
    },
    close: () => child.stdin.end(),
  };
}
