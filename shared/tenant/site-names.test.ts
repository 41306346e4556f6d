import { suite } from "uvu";
import * as assert from "uvu/assert";
import { REQUESTER } from "../../tests/testkit/requester.ts";
import { siteAt } from "../../tests/testkit/some-site.ts";
import { databaseName } from "./names.ts";
import { restoredDatabase } from "./site-database.ts";
import { verifiedSite } from "./site-names.ts";
import { newTenant, withChanges } from "./tenant.ts";

const test = suite("a verified site");

const asked = { organization: "Acme", subdomain: "acme", email: "a@acme.example" };
const ID = "0c16443d-3d8e-4c0d-b43c-ac1174140611";
const tenant = newTenant(
  { id: ID, commandId: "w", requestedBy: REQUESTER, ...asked },
  new Date("2026-11-24T12:00:00Z"),
);
const settings = { baseDomain: "kairos.app" };

test("has at first the database that is called as the site", () => {
  assert.is(verifiedSite(tenant, false, settings).database, databaseName(ID));
});

test("keeps the database that a restore has given it, whatever it is called now", () => {
  const database = restoredDatabase(ID, 12);
  const restored = withChanges(tenant, { status: { site: siteAt("old", { database }) } });
  assert.is(verifiedSite(restored, false, settings).database, `${databaseName(ID)}r12`);
});

test.run();
