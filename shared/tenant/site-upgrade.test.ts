/** What becomes of the record of a site on its way between two benches. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { siteAt } from "../../tests/testkit/some-site.ts";
import { tenantNamed } from "../../tests/testkit/site-bench.ts";
import { revert } from "../operations/revert/revert.ts";
import { withChanges } from "./tenant.ts";

const test = suite("a site between two benches");

const ACME = tenantNamed("acme", "0c16443d-3d8e-4c0d-b43c-ac1174140611");
const FAILURE = {
  at: new Date(0),
  step: "migrate",
  patch: "a.b",
  reason: "MigrationFailed",
  message: null,
  operation: "o",
};
const GOES_BACK = withChanges(ACME, {
  status: {
    site: siteAt("acme"),
    upgrade: { from: "main", to: "next", under_way: true, failure: FAILURE },
  },
});
const SETTINGS = { baseDomain: "kairos.app" };

test("a revert leaves the site where it was, and why", () => {
  assert.equal(revert.verified(GOES_BACK, SETTINGS, null), {
    upgrade: { from: "main", to: "next", under_way: false, failure: FAILURE },
  });
});

test("one that comes too late says that the site is upgraded", () => {
  const { site, upgrade } = revert.verified(GOES_BACK, SETTINGS, "AlreadyUpgraded");
  assert.equal([site?.bench, upgrade], ["next", null]);
});

test.run();
