/**
 * The hours of a day at which tenants may be moved, in a time zone. Pure.
 *
 * @module
 */

const MINUTE = 60_000;
const MINUTES_A_DAY = 24 * 60;

/** From a time of the day until another one, which may be the next day's. */
export interface Window {
  /** `HH:MM`, as on the clocks of the time zone. */
  from: string;
  to: string;
  /** A name of the IANA's, for whoever has none of their own. */
  time_zone: string;
}

/** Whether there is such a time zone. */
export function isTimeZone(name: string): boolean {
  try {
    clockOf(name);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/**
 * Whether the window is open for somebody in this time zone. What nobody knows is as without one. An hour that a change of the
 * clocks leaves out is not there, and one that it repeats is there twice.
 */
export function isOpen(window: Window, timeZone: string | null, now: Date): boolean {
  const [from, to] = [minutesOf(window.from), minutesOf(window.to)];
  const minute = localMinutes(zoneFor(window, timeZone), now);
  return from <= to ? from <= minute && minute < to : from <= minute || minute < to;
}

/** When it is open next, to the minute: now where it is. */
export function nextOpening(window: Window, timeZone: string | null, now: Date): Date {
  if (isOpen(window, timeZone, now)) return now;
  const minute = localMinutes(zoneFor(window, timeZone), now);
  const until = (minutesOf(window.from) - minute + MINUTES_A_DAY) % MINUTES_A_DAY;
  const thisMinute = Math.floor(now.getTime() / MINUTE);
  // The clocks may be changed until then, by two hours at the most.
  for (let more = Math.max(1, until - 120); more <= until + 120; more++) {
    const time = new Date((thisMinute + more) * MINUTE);
    if (isOpen(window, timeZone, time)) return time;
  }
  // The day has no such hour.
  return new Date((thisMinute + until + 120) * MINUTE);
}

function zoneFor({ time_zone }: Window, own: string | null): string {
  return own !== null && isTimeZone(own) ? own : time_zone;
}

/** Making one takes long, and there are some hundred at the most. */
const clocks = new Map<string, Intl.DateTimeFormat>();

/** Throws a `RangeError` where there is no such time zone. */
function clockOf(timeZone: string): Intl.DateTimeFormat {
  const known = clocks.get(timeZone);
  if (known !== undefined) return known;
  const hours = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
  const clock = new Intl.DateTimeFormat("en-GB", { timeZone, ...hours });
  clocks.set(timeZone, clock);
  return clock;
}

function localMinutes(timeZone: string, now: Date): number {
  return minutesOf(clockOf(timeZone).format(now));
}

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return 60 * hours + minutes;
}
