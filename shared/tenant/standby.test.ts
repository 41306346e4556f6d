import { suite } from "uvu";
import * as assert from "uvu/assert";
import { REQUESTER } from "../../tests/testkit/requester.ts";
import {
  failedStandby,
  fillingStandby,
  MADE_WITH,
  readyStandby,
} from "../../tests/testkit/some-standby.ts";
import { applyCommand, correct } from "./commands.ts";
import { damagedFields } from "./damaged-record.ts";
import type { Fields } from "./field-checks.ts";
import { claimStandby, isMadeWith, isNobodys, isReady } from "./standby.ts";
import { newTenant, siteOf, withChanges } from "./tenant.ts";

const test = suite("standbys");

const MADE = new Date("2026-11-28T12:00:00Z");
const NOW = new Date("2026-11-29T12:00:00Z");
const ASKED = {
  commandId: "c2",
  requestedBy: REQUESTER,
  organization: "Acme",
  subdomain: "acme",
  email: "Ada@acme.example",
  first_name: "Ada",
  last_name: null,
  loginKeyHash: "5e88",
};
const issued = { commandId: "c3", requestedBy: REQUESTER, now: NOW };

test("a new one is whole, asks for a site without a name, and is told to nobody", () => {
  const standby = fillingStandby(MADE);
  assert.equal(damagedFields(standby as unknown as Fields, standby.id, []), []);
  assert.ok(isNobodys(standby));
  assert.not(isReady(standby));
  assert.is(standby.sequence, 0);
  assert.is(standby.spec.requested_by.name, "pool");
});

test("one that a customer is given is a new tenant in all but its site", () => {
  const standby = readyStandby(MADE);
  const given = withChanges(standby, claimStandby(standby, ASKED, NOW));
  const fresh = newTenant({ ...ASKED, id: standby.id }, NOW);
  assert.equal(given, {
    ...fresh,
    sequence: 0,
    spec: { ...fresh.spec, generation: 2 },
    status: { ...fresh.status, site: standby.status.site, observed_generation: 1 },
  });
  assert.not(isNobodys(given));
  assert.not(isReady(given));
  assert.is(siteOf(given), null);
});

test("it is of use where image and apps, in their order, are those of new sites", () => {
  const standby = readyStandby(MADE, {
    spec: { standby: { bench: "main", image: "a:1", apps: ["x", "y"] } },
  });
  assert.ok(isMadeWith(standby, { bench: "main", image: "a:1", apps: ["x", "y"] }));
  assert.not(isMadeWith(standby, { bench: "main", image: "a:2", apps: ["x", "y"] }));
  assert.not(isMadeWith(standby, { bench: "main", image: "a:1", apps: ["y", "x"] }));
  assert.not(isMadeWith(standby, { bench: "next", image: "a:1", apps: ["x", "y"] }));
  assert.not(isMadeWith(standby, MADE_WITH));
});

test("nothing can be asked of one but its end, from when nobody is given it", () => {
  for (const standby of [fillingStandby(MADE), readyStandby(MADE), failedStandby(MADE)]) {
    for (const command of ["retry", "suspend", "resume"] as const) {
      assert.is(applyCommand(standby, command, issued).outcome, "refused", command);
    }
    const link = { name: "login-link", keyHash: "5e88", email: null, reason: null } as const;
    assert.is(applyCommand(standby, link, issued).outcome, "refused");
    assert.is(correct(standby, { organization: "Acme" }, NOW).outcome, "refused");
    const deleted = applyCommand(standby, "delete", issued);
    assert.ok(deleted.outcome === "changed");
    const gone = withChanges(standby, deleted.changes);
    assert.not(isReady(gone));
    assert.is(gone.status.standby_key, null);
    assert.is(gone.spec.state, "absent");
  }
});

test("a customer whose claim is not verified has no site yet, as one whose site is being made", () => {
  const standby = readyStandby(MADE);
  const given = withChanges(standby, claimStandby(standby, ASKED, NOW));
  const fresh = newTenant({ ...ASKED, id: standby.id }, NOW);
  const link = { name: "login-link", keyHash: "5e88", email: null, reason: null } as const;
  for (const command of ["suspend", "resume", "retry", link] as const) {
    assert.equal(applyCommand(given, command, issued), applyCommand(fresh, command, issued));
  }
  const failed = withChanges(given, {
    status: { phase: "failed", condition: "failed", observed_generation: 2 },
  });
  const retried = applyCommand(failed, "retry", issued);
  assert.ok(retried.outcome === "changed");
  assert.is(withChanges(failed, retried.changes).status.phase, "queued");
});

test.run();
