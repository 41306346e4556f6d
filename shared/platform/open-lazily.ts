/**
 * An adapter that is loaded and opened by the first call to it. A function that starts because of a request
 * makes that request wait for all that it loads, so it loads what the request is about.
 *
 * @module
 */

/** What an adapter may consist of: functions that are awaited, or whose yield is. */
type Adapter = Record<string, (...given: never[]) => Promise<unknown> | AsyncGenerator>;

/** What the language itself asks any object for: when it is awaited, or made a text. */
const NO_FUNCTIONS = new Set(["then", "toJSON", "toString", "valueOf"]);

/**
 * Gives an adapter whose every function opens the real one first, once. An opening that failed is tried again
 * by the next call.
 */
export function openLazily<E extends Adapter>(open: () => Promise<E>): E {
  let opening: Promise<E> | null = null;

  async function opened(): Promise<E> {
    opening ??= open();
    try {
      return await opening;
    } catch (error) {
      opening = null;
      throw error;
    }
  }

  return new Proxy({} as E, {
    get(_adapter, name) {
      if (typeof name !== "string" || NO_FUNCTIONS.has(name)) return undefined;
      return (...given: never[]) => callLater(opened, name, given);
    },
  });
}

/** The call's result, as a promise and as what it yields: which of them it is, only the open adapter knows. */
function callLater<E extends Adapter>(opened: () => Promise<E>, name: string, given: never[]) {
  const call = async () => {
    const adapter = await opened();
    const run = adapter[name];
    if (run === undefined) throw new TypeError(`The adapter has no ${name}.`);
    return run(...given);
  };
  const called = call();
  // Who iterates learns of a failure only then, and until then nobody listens.
  called.catch(() => {});
  return Object.assign(called, {
    async *[Symbol.asyncIterator]() {
      yield* (await called) as AsyncGenerator;
    },
  });
}
