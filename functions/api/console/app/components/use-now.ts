/**
 * The clock, for what tells how long ago something was.
 *
 * @module
 */
import { useEffect, useState } from "preact/hooks";

const TICK_MILLISECONDS = 1_000;

const listeners = new Set<(now: Date) => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function listen(listener: (now: Date) => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    const now = new Date();
    for (const each of listeners) each(now);
  }, TICK_MILLISECONDS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The time, which goes on by the second where it is wanted. One clock serves all. */
export function useNow(ticks = true): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => (ticks ? listen(setNow) : undefined), [ticks]);
  return now;
}
