/**
 * `npm start` on a machine that is told what programs it has, without npm, which needs a PATH of its own.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../../scripts/repository.ts";

/** Where a program of this machine is. */
export function which(program: string): string {
  return spawnSync("which", [program], { encoding: "utf8" }).stdout.trim();
}

/** Starts in a directory of one's own. */
export function createStarter(directory: string) {
  /** A PATH with these programs alone, by their names. */
  function pathWith(name: string, programs: Record<string, string>): string {
    const bin = join(directory, name);
    mkdirSync(bin, { recursive: true });
    for (const [program, target] of Object.entries(programs)) {
      symlinkSync(target, join(bin, program));
    }
    return bin;
  }

  /** Runs `scripts/start.ts` itself. */
  function startWith(env: Record<string, string | undefined>, ...options: string[]) {
    const stackDirectory = join(directory, "never-started");
    const { status, stderr, stdout } = spawnSync(
      process.execPath,
      [join(repository, "scripts/start.ts"), "--directory", stackDirectory, ...options],
      { encoding: "utf8", env: { ...process.env, ...env } },
    );
    return { status, stderr, stdout, hasDirectory: existsSync(stackDirectory) };
  }

  return { pathWith, startWith };
}
