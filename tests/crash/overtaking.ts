/**
 * Site Jobs that stop anywhere, while something else happens, and go on.
 *
 * @module
 */
import * as assert from "uvu/assert";
import { createSiteBench } from "../testkit/site-bench.ts";
import type { SiteBench, Work } from "../testkit/site-bench.ts";
import { stopThroughout } from "./kill-points.ts";

/** Runs a Job on a bench like that one, and stops a container of it before every n-th command while something happens. */
export async function stop(
  template: SiteBench,
  { everyNth, container = 0, ...work }: Work & { everyNth: number; container?: number },
  meanwhile: (it: SiteBench) => Promise<void>,
  afterwards: (it: SiteBench, status: number | null) => Promise<void>,
): Promise<void> {
  let pauses = 0;
  await stopThroughout(everyNth, async (beforeCommand) => {
    const it = createSiteBench(undefined, template);
    try {
      let wasPaused = false;
      const { status } = await it.run({
        ...work,
        pause: { container, beforeCommand },
        meanwhile: async () => {
          wasPaused = true;
          await meanwhile(it);
        },
      });
      if (!wasPaused) return false;
      pauses += 1;
      await afterwards(it, status);
      return true;
    } finally {
      it.remove();
    }
  });
  template.remove();
  assert.ok(pauses > 5, `${pauses} pauses`);
}

/** A bench on which these Jobs have succeeded. */
export async function benchWith(...works: Work[]): Promise<SiteBench> {
  const it = createSiteBench();
  for (const work of works) await succeed(it, work);
  return it;
}

export async function succeed(it: SiteBench, work: Work): Promise<void> {
  const { status, output, message } = await it.run(work);
  assert.is(status, 0, `${work.kind} of ${work.tenant.id}: ${output}`);
  assert.is(message, null);
}
