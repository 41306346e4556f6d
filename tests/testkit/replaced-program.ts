/**
 * Programs that take the place of others in a site Job's container.
 *
 * @module
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FAKE_BENCH_DIRECTORY, SYSTEM_PATH } from "../../scripts/local/fake-database.ts";
import { STAND_IN } from "./site-bench.ts";
import type { SiteBench } from "./site-bench.ts";

/** The environment in which a shell script takes the place of that program, on the fake bench. */
export function withProgram(
  { directory }: SiteBench,
  program: string,
  script: string,
): { PATH: string } {
  const instead = join(directory, "scratch", "instead");
  mkdirSync(instead, { recursive: true });
  writeFileSync(join(instead, program), `#!/bin/bash\n${script}\n`, { mode: 0o755 });
  const path = [instead, FAKE_BENCH_DIRECTORY, STAND_IN.clientDirectory, SYSTEM_PATH];
  return { PATH: path.join(":") };
}
