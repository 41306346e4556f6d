import { suite } from "uvu";
import * as assert from "uvu/assert";
import { callerAddress, createLimits } from "./rate-limits.ts";
import { Problem } from "../http/problem.ts";

const test = suite("limits");

const addresses: [sentence: string, hops: string | undefined, proxies: number, address: string][] =
  [
    ["without a proxy the peer counts", undefined, 1, "127.0.0.1"],
    ["the proxy's own entry counts", "203.0.113.7", 1, "203.0.113.7"],
    ["what a caller writes before it does not", "10.0.0.1, 203.0.113.7", 1, "203.0.113.7"],
    [
      "behind a load balancer it is its entry",
      "10.0.0.1, 203.0.113.7, 192.0.2.9",
      2,
      "203.0.113.7",
    ],
    ["where there are fewer proxies than are trusted, the first", "203.0.113.7", 2, "203.0.113.7"],
    ["IPv4 in IPv6 is IPv4", "::ffff:203.0.113.7", 1, "203.0.113.7"],
    ["of IPv6 the network counts", "2001:db8:1:2:3:4:5:6", 1, "2001:db8:1:2::"],
    ["what is no address is taken as it is", "x, 203.0.113.7:4123", 1, "203.0.113.7:4123"],
  ];
for (const [sentence, hops, proxies, address] of addresses) {
  test(sentence, () => {
    const headers = { "x-forwarded-for": hops };
    assert.is(callerAddress({ headers, peer: "127.0.0.1" }, proxies), address);
  });
}

async function refusal(attempt: Promise<void>): Promise<Problem | null> {
  try {
    await attempt;
    return null;
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

test("after 60 failures an address is refused, and no other one", async () => {
  const limits = createLimits(0);
  for (let failures = 0; failures < 60; failures++) {
    assert.is(await refusal(limits.requireUnsuspicious("a")), null);
    await limits.noteFailure("a");
  }
  const refused = await refusal(limits.requireUnsuspicious("a"));
  assert.is(refused?.status, 429);
  assert.match(refused?.headers["Retry-After"] ?? "", /^([1-9]|[1-5]\d|60)$/);
  assert.is(await refusal(limits.requireUnsuspicious("b")), null);
});

test("known callers have no limit unless it is set", async () => {
  const limits = createLimits(0);
  for (let requests = 0; requests < 500; requests++) {
    assert.is(await refusal(limits.requireWithinRate("a")), null);
  }
});

test("a limit is each caller's own", async () => {
  const limits = createLimits(2);
  assert.is(await refusal(limits.requireWithinRate("a")), null);
  assert.is(await refusal(limits.requireWithinRate("a")), null);
  const refused = await refusal(limits.requireWithinRate("a"));
  assert.is(refused?.status, 429);
  assert.match(refused?.message ?? "", /^Too many requests\. Try again in \d+ s\.$/);
  assert.is(await refusal(limits.requireWithinRate("b")), null);
});

test.run();
