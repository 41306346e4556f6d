/**
 * What the console has read, and how it is kept fresh.
 *
 * @module
 */
import { keepPreviousData, QueryClient, useQuery } from "@tanstack/preact-query";
import type { UseQueryResult } from "@tanstack/preact-query";
import { isPassing } from "./api-error.ts";
import { dataOf } from "./ask.ts";
import type { Answer, Data, RequestOpts } from "./ask.ts";

/** How often a page asks again while somebody looks at it. */
export const PERIODS = {
  /** Where something is under way. */
  busy: 2_000,
  calm: 30_000,
  /** What costs the database some dozens of reads. */
  fleet: 60_000,
  /** What costs it as many as there were creates and claims in a week. */
  pool: 300_000,
} as const;

/** The period of what is asked for more often while something is under way. */
export function periodWhile(isBusy: boolean): number {
  return isBusy ? PERIODS.busy : PERIODS.calm;
}

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 1_000,
        // The API's own word that something is wrong is final.
        retry: (count, error) => count < 2 && isPassing(error),
        // Without a network too: what fails then says so, and is tried again.
        networkMode: "always",
        refetchOnReconnect: true,
      },
      mutations: { networkMode: "always", retry: false },
    },
  });
}

interface ReadOptions<A> {
  /** Asks again after so many milliseconds, while the page is seen. */
  every?: number | ((data: Data<A> | undefined) => number);
  isNeeded?: boolean;
  /** Whether what another key had is shown until this one has answered. */
  keepsPrevious?: boolean;
  /** For so many milliseconds what was read is not asked for again, whoever looks at it. */
  freshFor?: number;
}

/** What an operation of the API answers, read now and again. The key names it, with its parameters. */
export function useRead<A extends Answer>(
  key: readonly unknown[],
  call: (opts: RequestOpts) => Promise<A>,
  { every = PERIODS.calm, isNeeded = true, keepsPrevious = false, freshFor }: ReadOptions<A> = {},
): UseQueryResult<Data<A>> {
  return useQuery({
    queryKey: key,
    queryFn: ({ signal }: { signal: AbortSignal }) => dataOf(call({ signal })),
    enabled: isNeeded,
    refetchInterval: ({ state }: { state: { data: Data<A> | undefined } }) =>
      typeof every === "number" ? every : every(state.data),
    ...(keepsPrevious ? { placeholderData: keepPreviousData } : {}),
    ...(freshFor === undefined ? {} : { staleTime: freshFor }),
  });
}
