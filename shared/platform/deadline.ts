/**
 * A limit on how long an adapter waits for an answer.
 *
 * @module
 */

/** The awaited thing did not settle in time. It may still take effect later. */
export class DeadlineError extends Error {
  override readonly name = "DeadlineError";
}

/** Settles as the promise does, or rejects with a `DeadlineError` after so many milliseconds. */
export async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new DeadlineError(`no answer within ${milliseconds} ms`)),
      milliseconds,
    );
  });
  try {
    return await Promise.race([promise, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
