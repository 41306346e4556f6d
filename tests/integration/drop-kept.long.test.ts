/** The end of the time in which a restore can be taken back, on the Firestore emulator and the fake cluster. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { collectGarbage } from "../../functions/provision/collect-garbage.ts";
import { addSeconds } from "../../shared/tenant/tenant.ts";
import type { KeptSite, StatusChanges, Tenant } from "../../shared/tenant/tenant.ts";
import { logLinesOf } from "../testkit/log-lines.ts";
import { siteAt } from "../testkit/some-site.ts";
import { withParts } from "../testkit/tenant-parts.ts";
import { SETTLED, someTenant, startTestDependencies } from "../testkit/test-dependencies.ts";
import type { TestDependencies } from "../testkit/test-dependencies.ts";

const test = suite("the end of what is kept after a restore");

let it: TestDependencies;
test.before(async () => {
  it = await startTestDependencies();
});
test.before.each(() => it.empty());
test.after(async () => {
  await it.stop();
});

const NOW = new Date();
const OVER: KeptSite = { database: "tn0", until: addSeconds(NOW, -1) };
const KEPT: KeptSite = { database: "tn0r2", until: addSeconds(NOW, 3600) };

async function tenantWith(kept: KeptSite[], status: StatusChanges = {}): Promise<Tenant> {
  const tenant = someTenant();
  const made = withParts(tenant, {
    status: { ...SETTLED, site: siteAt(tenant.spec.subdomain), kept, ...status },
  });
  await it.dependencies.store.createTenant(made, null);
  return made;
}
const record = async ({ id }: Tenant) => (await it.dependencies.store.readTenant(id))?.record;
const collect = () => logLinesOf(() => collectGarbage(it.dependencies, NOW));

test("what is over is dropped, and what is not stays", async () => {
  const due = await tenantWith([OVER, KEPT]);
  const early = await tenantWith([KEPT]);
  await collect();
  const { spec, status } = (await record(due)) ?? due;
  assert.equal(status.kept, [KEPT]);
  assert.equal([spec.generation, spec.requested_by.name], [2, "garbage-collection"]);
  assert.is(status.operation?.kind, "drop-kept");
  assert.equal(await record(early), early);
});

test("a tenant that has failed is left alone", async () => {
  const failed = await tenantWith([OVER], { condition: "failed", reason: "JobFailed" });
  await collect();
  assert.equal(await record(failed), failed);
});

test.run();
