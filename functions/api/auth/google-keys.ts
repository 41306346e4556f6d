/**
 * Google's public keys, with which it is checked what Google has signed.
 *
 * @module
 */
import { within } from "../../../shared/platform/deadline.ts";
import { errorFields, log } from "../../../shared/platform/log.ts";
import { Problem } from "../http/problem.ts";

/** By their ids, in PEM. */
export type PublicKeys = Readonly<Record<string, string>>;

const READ_MILLISECONDS = 5_000;

/** For how long they are kept where Google does not say it. */
const KEPT_MILLISECONDS = 3_600_000;

/** How soon they are looked for again because of a key that is not among them. */
const NEW_KEY_MILLISECONDS = 60_000;

/** The keys, as `read` gets them. Throws a 503 where they are not there in time. */
export async function readGoogleKeys<K>(read: () => Promise<K>): Promise<K> {
  try {
    return await within(READ_MILLISECONDS, read());
  } catch (error) {
    log("ERROR", "GoogleKeysUnavailable", errorFields(error));
    throw new Problem(503, "Google accounts cannot be checked just now. Try again.", {
      headers: { "Retry-After": "5" },
    });
  }
}

/**
 * Keeps what `read` gets for an hour. Google changes its keys at any time, so one that is not among them makes them be
 * read again, but not more often than once a minute: whoever calls may make up a key's id.
 */
export function keepKeys(
  read: () => Promise<PublicKeys>,
): (id: string, now: number) => Promise<PublicKeys> {
  let kept: { keys: PublicKeys; until: number } | null = null;
  let reading: Promise<PublicKeys> | null = null;
  let lastReadAt = -Infinity;

  async function readNow(now: number): Promise<PublicKeys> {
    const keys = await read();
    kept = { keys, until: now + KEPT_MILLISECONDS };
    return keys;
  }

  function readOnce(now: number): Promise<PublicKeys> {
    if (reading !== null) return reading;
    lastReadAt = now;
    reading = readNow(now).finally(() => {
      reading = null;
    });
    return reading;
  }

  return async (id, now) => {
    const keys = kept !== null && now < kept.until ? kept.keys : await readOnce(now);
    if (Object.hasOwn(keys, id)) return keys;
    const mayRead = reading !== null || now - lastReadAt >= NEW_KEY_MILLISECONDS;
    return mayRead ? readOnce(now) : keys;
  };
}
