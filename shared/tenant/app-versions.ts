/**
 * The versions of apps, as a site or an image has them. Pure.
 *
 * @module
 */

/** By an app's name, its version, such as 16.32.3. */
export type AppVersions = Readonly<Record<string, string>>;

/**
 * Whether one version is below another: by their numbers, from the left. What is behind these, such as `-dev`, counts for nothing, and
 * of what is no version nobody knows.
 */
export function isBelow(one: string, other: string): boolean {
  const [numbers, others] = [one, other].map((text) => numbersOf(text));
  if (!numbers || !others) return false;
  const length = Math.max(numbers.length, others.length);
  const place = Array.from({ length }, (_, index) => index).find(
    (index) => (numbers[index] ?? 0) !== (others[index] ?? 0),
  );
  return place !== undefined && (numbers[place] ?? 0) < (others[place] ?? 0);
}

function numbersOf(version: string): number[] | null {
  const [numbers] = /^\d+(\.\d+)*/.exec(version) ?? [];
  return numbers === undefined ? null : numbers.split(".").map(Number);
}
