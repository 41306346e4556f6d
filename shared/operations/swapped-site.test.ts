import { suite } from "uvu";
import * as assert from "uvu/assert";
import { REQUESTER } from "../../tests/testkit/requester.ts";
import { siteAt } from "../../tests/testkit/some-site.ts";
import { firstDifference } from "../reconciler/difference.ts";
import { newTenant, withChanges } from "../tenant/tenant.ts";
import type { TenantChanges } from "../tenant/tenant.ts";
import { swapGivenUp } from "./swapped-site.ts";
import { readSiteScripts } from "./read-scripts.ts";

const test = suite("what restores leave and need");

const NOW = new Date("2026-11-24T12:00:00Z");
const ID = "0c16443d-3d8e-4c0d-b43c-ac1174140611";
const asked = { organization: "Acme", subdomain: "acme", email: "a@acme.example" };
const SITE = siteAt("acme");
const KEPT = [{ database: "tn0", until: NOW }];
const active = withChanges(
  newTenant({ id: ID, commandId: "w", requestedBy: REQUESTER, ...asked }, NOW),
  {
    status: { phase: "active", site: SITE },
  },
);
const asking = (kind: string, changes: TenantChanges = {}) =>
  withChanges(withChanges(active, changes), { spec: { requests: { [kind]: "r" } } });

const needs: [sentence: string, kind: string, changes: TenantChanges, first: string | null][] = [
  ["of an open site, itself", "restore", {}, "restore"],
  [
    "of a site that is to be suspended, that first",
    "restore",
    { spec: { state: "suspended" } },
    "suspend",
  ],
  [
    "of a suspended site, itself",
    "restore",
    { spec: { state: "suspended" }, status: { site: { ...SITE, suspended: true } } },
    "restore",
  ],
  [
    "of a site that is to be opened, itself first",
    "restore",
    { status: { site: { ...SITE, suspended: true } } },
    "restore",
  ],
  ["of a tenant that goes, that alone", "restore", { spec: { state: "absent" } }, "drop"],
  [
    "of nobody's site, its claim first",
    "restore",
    { status: { site: { ...SITE, subdomain: null } } },
    "claim",
  ],
  [
    "with something kept, that it is taken back",
    "undo-restore",
    { status: { kept: KEPT } },
    "undo-restore",
  ],
  ["with nothing kept, nothing", "undo-restore", {}, null],
  ["of any site, itself", "drop-kept", {}, "drop-kept"],
];
for (const [sentence, kind, changes, first] of needs) {
  test(`the request ${kind} needs, ${sentence}`, () => {
    assert.is(firstDifference(asking(kind, changes))?.kind ?? null, first);
  });
}

/** The steps of a script. */
const stepsOf = (container: string) =>
  [...(readSiteScripts().get(container) ?? "").matchAll(/^ *step ([a-z-]+)$/gm)].map(
    ([, name]) => name ?? "",
  );

test("given up before it is closed, the site is as it was", () => {
  const steps = stepsOf("restore/database").filter(
    (step) => !stepsOf("resume/site").includes(step),
  );
  assert.ok(steps.length > 3);
  for (const step of steps) assert.equal(swapGivenUp(active, step), {}, step);
});

test("given up while it is swapped, or nobody knows where, whatever comes next opens it as the record says", () => {
  const steps = ["look-for-restored", "look-for-kept", "close-site", "swap", "open-site", null];
  for (const step of steps) {
    const changes = swapGivenUp(active, step);
    assert.equal(changes, { phase: "failed", site: { ...SITE, suspended: null } });
    assert.is(firstDifference(withChanges(active, { status: changes }))?.kind, "resume");
  }
});

test.run();
