/**
 * The API as a demo calls it.
 *
 * @module
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Stack } from "../local/local-stack.ts";

const POLL_MILLISECONDS = 200;

export interface DemoApi {
  call: (method: string, path: string, body?: unknown) => Promise<Answer>;
}

export interface Answer {
  status: number;
  body: Record<string, unknown>;
}

export function apiOf({ urls, apiKey }: Stack): DemoApi {
  return {
    async call(method, path, body) {
      const response = await fetch(`${urls.api}${path}`, {
        method,
        headers: { "X-API-Key": apiKey, "Content-Type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: (await response.json()) as Answer["body"] };
    },
  };
}

/** Asks for a path until it is as wanted, or the time is over; gives the last answer. */
export async function watch(
  { call }: DemoApi,
  path: string,
  isWanted: (answer: Answer) => boolean,
  timeoutSeconds: number,
): Promise<Answer> {
  const deadline = Date.now() + timeoutSeconds * 1000;
  for (;;) {
    const answer = await call("GET", path);
    if (isWanted(answer) || Date.now() > deadline) return answer;
    await sleep(POLL_MILLISECONDS);
  }
}
