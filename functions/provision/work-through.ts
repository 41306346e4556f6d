/**
 * Works through a list, some at a time.
 *
 * @module
 */

/** How many a resync works on at the same time. */
const CONCURRENCY = 8;

/**
 * Works through items until the deadline, or until one fails: what keeps one of them from being worked on is away for all. Gives
 * how many it came to. Throws the first failure, when nothing is under way any more.
 */
export async function workThrough<T>(
  items: Iterable<T>,
  deadline: number,
  work: (item: T) => Promise<void>,
): Promise<number> {
  const queue = items[Symbol.iterator]();
  let count = 0;
  const failures: unknown[] = [];
  const workers = Array.from({ length: CONCURRENCY }, async () => {
    for (let next = queue.next(); next.done !== true; next = queue.next()) {
      if (failures.length > 0 || Date.now() > deadline) return;
      await work(next.value).catch((error: unknown) => failures.push(error));
      count += 1;
    }
  });
  await Promise.all(workers);
  if (failures.length > 0) throw failures[0];
  return count;
}
