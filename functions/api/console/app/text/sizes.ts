/**
 * Sizes in words. Pure.
 *
 * @module
 */

const UNITS = ["B", "KB", "MB", "GB", "TB"];

/** In powers of a thousand, with three digits at most. */
export function toSize(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), UNITS.length - 1);
  const value = bytes / 1000 ** power;
  return `${Number(value.toPrecision(3))} ${UNITS[power]}`;
}
