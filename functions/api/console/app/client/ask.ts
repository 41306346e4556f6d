/**
 * How the console asks the API: with the generated client, as whoever has signed in.
 *
 * @module
 */
import type { RequestOpts } from "@oazapfts/runtime";
import { RefusedError, UnreachableError } from "./api-error.ts";
import { defaults } from "./api-client.ts";

/** How a request says who asks. A proxy in front says it by itself, by a cookie of its own. */
export type Credential =
  | { by: "key"; key: string }
  | { by: "google"; token: string }
  | { by: "proxy" };

/** Kept here and nowhere else: neither in the browser's storage nor in a URL. It is gone with the tab. */
let credential: Credential | null = null;

/** All requests from now on are made with it; null forgets it. */
export function askAs(next: Credential | null): void {
  credential = next;
}

export function askedAs(): Credential["by"] | null {
  return credential?.by ?? null;
}

/** Says where the API is. */
export function askAt(apiUrl: string): void {
  defaults.baseUrl = apiUrl;
  defaults.fetch = send;
}

/** The request that an operation of the client makes, as it is given to `fetch`. */
async function send(url: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  for (const [name, value] of headersOf(credential)) headers.set(name, value);
  // Without a proxy in front there is no cookie that would be of use.
  const credentials = credential?.by === "proxy" ? "same-origin" : "omit";
  try {
    return await fetch(url, { ...init, headers, credentials, cache: "no-store" });
  } catch (error) {
    if (init.signal?.aborted === true) throw error;
    throw new UnreachableError(error);
  }
}

function headersOf(given: Credential | null): [string, string][] {
  switch (given?.by) {
    case "key":
      return [["X-API-Key", given.key]];
    case "google":
      return [["Authorization", `Bearer ${given.token}`]];
    case "proxy":
    case undefined:
      return [];
  }
}

/** An answer to any operation of the client. */
export interface Answer {
  status: number;
  data?: unknown;
  headers: Headers;
}

/** What a successful answer of an operation holds. */
export type Data<A> = A extends { status: 200 | 201 | 202; data: infer D } ? D : never;

/** Gives what a successful answer holds. Throws a `RefusedError` for any other. */
export async function dataOf<A extends Answer>(asked: Promise<A>): Promise<Data<A>> {
  const { status, data, headers } = await asked;
  if (status >= 200 && status < 300) return data as Data<A>;
  const isProblem = typeof data === "object" && data !== null;
  throw new RefusedError(status, isProblem ? data : null, headers.get("X-Request-ID"));
}

export type { RequestOpts };
