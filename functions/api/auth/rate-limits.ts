/**
 * How often a caller, or an address that fails to say who it is, may ask. Counted in this instance of
 * the function alone: the limits hold for each instance.
 *
 * @module
 */
import ipaddr from "ipaddr.js";
import type { RateLimiterRes } from "rate-limiter-flexible";
// The package's index would load all kinds of limiters, with clients of databases.
import RateLimiterMemory from "rate-limiter-flexible/lib/RateLimiterMemory.js";
import type { ApiRequest } from "../http/request.ts";
import { Problem } from "../http/problem.ts";

/** More than anybody who has a key and mistypes it needs, and far too few to guess one. */
const FAILURES_PER_MINUTE = 60;

export type Limits = ReturnType<typeof createLimits>;

/** `requestsPerMinute` is for each known caller; 0 is no limit. */
export function createLimits(requestsPerMinute: number) {
  const failures = new RateLimiterMemory({ points: FAILURES_PER_MINUTE, duration: 60 });
  const requests = new RateLimiterMemory({ points: requestsPerMinute, duration: 60 });

  return {
    /** Throws 429 where the address has failed too often. */
    async requireUnsuspicious(address: string): Promise<void> {
      const spent = await failures.get(address);
      if (spent !== null && spent.consumedPoints >= FAILURES_PER_MINUTE) {
        throw tooMany("Too many failed attempts from this address.", spent);
      }
    },
    /** Counts a failed attempt. */
    async noteFailure(address: string): Promise<void> {
      await failures.penalty(address);
    },
    /** Counts a request of a known caller. Throws 429 where they are too many. */
    async requireWithinRate(callerId: string): Promise<void> {
      if (requestsPerMinute === 0) return;
      const spent = await requests.penalty(callerId);
      if (spent.consumedPoints > requestsPerMinute) throw tooMany("Too many requests.", spent);
    },
  };
}

function tooMany(sentence: string, { msBeforeNext }: RateLimiterRes): Problem {
  const seconds = Math.max(1, Math.ceil(msBeforeNext / 1000));
  return new Problem(429, `${sentence} Try again in ${seconds} s.`, {
    headers: { "Retry-After": String(seconds) },
  });
}

/**
 * Whose address counts: the one that the outermost of the trusted proxies added to `X-Forwarded-For`, each
 * of which adds the address that called it; what stands before is whatever the caller wrote. The platform's
 * own is one, and a load balancer before it another. Of an IPv6 address the network counts, since a host
 * has a whole one to choose from.
 */
export function callerAddress(
  { headers, peer = "" }: Pick<ApiRequest, "headers" | "peer">,
  trustedProxies: number,
): string {
  const hops = headers["x-forwarded-for"]?.split(",").map((hop) => hop.trim()) ?? [];
  const text = hops.at(-trustedProxies) || hops[0] || peer;
  if (!ipaddr.isValid(text)) return text.slice(0, 100);
  const address = ipaddr.process(text);
  if (address.kind() === "ipv4") return address.toString();
  return ipaddr.IPv6.networkAddressFromCIDR(`${address.toString()}/64`).toString();
}
