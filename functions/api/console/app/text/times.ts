/**
 * Times and how long something took, in words. Pure, but for the viewer's language and zone.
 *
 * @module
 */

const SECOND = 1;
const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

/** How long ago a time is; 0 of one that is still to come. */
export function secondsSince(at: string, now: Date): number {
  return Math.max(0, (now.getTime() - Date.parse(at)) / 1000);
}

/** The largest unit first, and up to two of them: `3 min 20 s`. */
export function toDuration(seconds: number): string {
  if (seconds < 10 && !Number.isInteger(seconds)) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const units: [number, string][] = [
    [DAY, "d"],
    [HOUR, "h"],
    [MINUTE, "min"],
    [SECOND, "s"],
  ];
  const first = units.findIndex(([size]) => whole >= size);
  if (first === -1) return "0 s";
  const [size, name] = units[first] as [number, string];
  const [smaller, smallerName] = units[first + 1] ?? [size, ""];
  const rest = Math.floor((whole % size) / smaller);
  return rest === 0
    ? `${Math.floor(whole / size)} ${name}`
    : `${Math.floor(whole / size)} ${name} ${rest} ${smallerName}`;
}

/** How long ago a time is, or how long it is until then, in one unit. */
export function toDistance(at: Date, now: Date): string {
  const seconds = (at.getTime() - now.getTime()) / 1000;
  const distance = Math.abs(seconds);
  if (distance < 5) return "now";
  const [size, name] = unitOf(distance);
  const words = `${Math.floor(distance / size)} ${name}`;
  return seconds < 0 ? `${words} ago` : `in ${words}`;
}

function unitOf(seconds: number): [number, string] {
  if (seconds < MINUTE) return [SECOND, "s"];
  if (seconds < HOUR) return [MINUTE, "min"];
  if (seconds < 2 * DAY) return [HOUR, "h"];
  return [DAY, "d"];
}

/** A time where the viewer is. */
export function toLocalTime(at: Date): string {
  return at.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
}

/** The same time in UTC, as logs have it. */
export function toUtc(at: Date): string {
  return `${at.toISOString().replace("T", " ").slice(0, 19)} UTC`;
}
