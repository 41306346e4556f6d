/** A site that a standby's became is as one that was made for its customer, on the fake bench. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { databaseName, siteName } from "../../shared/tenant/names.ts";
import { createSiteBench, tenantNamed } from "../testkit/site-bench.ts";
import type { Work } from "../testkit/site-bench.ts";
import { fillingStandby } from "../testkit/some-standby.ts";
import { withParts } from "../testkit/tenant-parts.ts";
import { differences, filesOf } from "./claimed-site.ts";
import type { Difference } from "./claimed-site.ts";

const test = suite("a claimed site beside a fresh one");

const ID = "0c16443d-3d8e-4c0d-b43c-ac1174140611";
const CUSTOMER = { organization: "Acme & Co.", first_name: "Ada", last_name: "Lovelace" };
const ACME = withParts(tenantNamed("acme", ID), { profile: CUSTOMER });
const FRESH: Work[] = [{ kind: "create", tenant: ACME }];
const CLAIMED: Work[] = [
  { kind: "create", tenant: fillingStandby(new Date(0), { id: ID }) },
  { kind: "claim", tenant: ACME, generation: 2 },
];

/** What no customer sees, but only the control plane's own scripts. */
const KNOWN: Difference[] = [
  { what: /^\w+: tenants\/SITE\/[^/]+\/claims\//, why: "which operation came last" },
  { what: /^\w+: tenants\/SITE\/[^/]+\/changes\//, why: "which operation came last" },
  { what: /^\w+: golden\//, why: "what the next standbys' sites are made of" },
  { what: /^\w+: tenants\/SITE\/[^/]+\/claimed: $/, why: "that the customer is set up already" },
];

/** All that a new bench holds after these Jobs: its volume and its database. */
async function made(works: Work[]): Promise<string[]> {
  const bench = createSiteBench();
  try {
    for (const work of works) {
      const { status, output } = await bench.run(work);
      assert.is(status, 0, output);
    }
    const roots = [bench.volume.root, bench.databases];
    return roots.flatMap((root) => filesOf(root, siteName(ID)));
  } finally {
    bench.remove();
  }
}

test("differs from it by nothing that is not of the control plane's own", async () => {
  assert.is(siteName(ID), databaseName(ID));
  const [fresh, claimed] = await Promise.all([made(FRESH), made(CLAIMED)]);
  assert.equal(differences(fresh ?? [], claimed ?? [], KNOWN), []);
  // Lest it compares nothing.
  assert.ok(fresh?.some((line) => line.includes("Ada Lovelace")));
});

test.run();
