/**
 * A time, where the viewer is, with UTC for whoever points at it.
 *
 * @module
 */
import { useNow } from "./use-now.ts";
import { toDistance, toLocalTime, toUtc } from "../text/times.ts";

interface Props {
  /** As the API gives it; nothing is shown of null. */
  at: string | null;
  /** Whether it is told how long ago that was, or will be, in place of the time itself. */
  isDistance?: boolean;
}

export function Time({ at, isDistance = false }: Props) {
  const now = useNow(isDistance);
  if (at === null) return null;
  const time = new Date(at);
  const local = toLocalTime(time);
  return (
    <time dateTime={at} title={isDistance ? `${local} (${toUtc(time)})` : toUtc(time)}>
      {isDistance ? toDistance(time, now) : local}
    </time>
  );
}
