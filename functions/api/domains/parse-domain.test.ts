import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseDomain } from "./parse-domain.ts";

const test = suite("parseDomain");

const BASE = "kairos.app";

for (const [given, domain] of [
  ["shop.example.com", "shop.example.com"],
  ["example.com", "example.com"],
  ["Shop.EXAMPLE.com.", "shop.example.com"],
  ["bücher.de", "xn--bcher-kva.de"],
  ["xn--bcher-kva.de", "xn--bcher-kva.de"],
  ["customer.co.uk", "customer.co.uk"],
  ["customer.github.io", "customer.github.io"],
  ["notkairos.app", "notkairos.app"],
  ["kairos.app.example.com", "kairos.app.example.com"],
  ["1-2.example.com", "1-2.example.com"],
  [`${"a".repeat(63)}.com`, `${"a".repeat(63)}.com`],
] as const) {
  test(`takes ${given}`, () => {
    assert.equal(parseDomain(given, BASE), { ok: true, domain });
  });
}

for (const [given, why] of [
  ["kairos.app", /not be kairos\.app or below it/],
  ["a.b.Kairos.app.", /not be kairos\.app or below it/],
  ["co.uk", /be below co\.uk: that is a public suffix/],
  ["github.io", /be below github\.io/],
  ["example.local", /\.local is none/],
  ["1.2.3.4.5", /\.5 is none/],
  ["localhost", /have a dot/],
  ["192.0.2.1", /not an address/],
  ["::1", /not an address/],
  ["[::1]", /not an address/],
  ["*.example.com", /no wildcards/],
  ["_dmarc.example.com", /no underscore/],
  ["http://example.com", /a name alone/],
  ["example.com/shop", /a name alone/],
  ["me@example.com", /a name alone/],
  ["example.com..", /labels of 1 to 63/],
  [".example.com", /labels of 1 to 63/],
  ["a-.example.com", /labels of 1 to 63/],
  ["exa$mple.com", /labels of 1 to 63/],
  [`${"a".repeat(64)}.com`, /labels of 1 to 63/],
  [`${"a.".repeat(115)}shop.com`, /237 characters/],
  ["\u00ad.com", /labels of 1 to 63|have a dot/],
] as const) {
  test(`refuses ${given.slice(0, 40)}`, () => {
    const parsed = parseDomain(given, BASE);
    assert.ok(!parsed.ok, JSON.stringify(parsed));
    assert.match(parsed.why, why);
  });
}

test.run();
