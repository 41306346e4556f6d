/** Upgrades between two benches of the whole local stack: one that succeeds, and one whose migration fails. */
import { existsSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { sitesOfBench } from "../../scripts/local/volume.ts";
import { siteName } from "../../shared/tenant/names.ts";
import { eventually, startTestStack } from "../testkit/stack-fixture.ts";
import type { Answer, TestStack } from "../testkit/stack-fixture.ts";

const test = suite("upgrades");

const OLD = { name: "v16-32", image: "frappe/erpnext:v16.32.3", current: true };
const NEW = { name: "v16-33", image: "frappe/erpnext:v16.33.0" };
const FAILING = "erpnext.patches.v16_33_0.patch_2";

let it: TestStack;
test.before(async () => {
  it = await startTestStack({
    BENCHES: JSON.stringify([OLD, NEW]),
    LOCAL_PATCH_SECONDS: "0.1",
    LOCAL_BENCH_FAULTS: `globex:${FAILING}`,
    POOL_SIZE: "0",
  });
});
test.after(() => it.stop());

const siteIn = (bench: string, id: string) =>
  join(sitesOfBench(it.stack.volume.root, bench), siteName(id));

/** Where a host's link leads. */
const placeOf = (subdomain: string) =>
  realpathSync(join(it.stack.volume.hosts, `${subdomain}.kairos.app`));

/** A tenant that asks for an upgrade as soon as it is active. */
async function upgraded(subdomain: string): Promise<string> {
  const asked = { organization: "Acme", subdomain, email: "a@acme.example" };
  const id = String((await it.call("POST", "/tenants", { body: asked })).body["id"]);
  await it.until(id, "active");
  const before = await it.call("GET", "/benches");
  const [old] = before.body["benches"] as { apps: unknown }[];
  assert.equal(old?.apps, [
    { name: "frappe", version: "16.32.3" },
    { name: "erpnext", version: "16.32.3" },
  ]);
  assert.is(placeOf(subdomain), siteIn(OLD.name, id));
  const body = { bench: NEW.name };
  assert.is((await it.call("POST", `/tenants/${id}/upgrade`, { body })).status, 202);
  return id;
}

/** The tenant when nothing is done to it any more. */
function settled(id: string): Promise<Answer["body"]> {
  return eventually(`nothing is done to ${id}`, async () => {
    const { body } = await it.call("GET", `/tenants/${id}`);
    return body["observed_generation"] === body["generation"] ? body : null;
  });
}

test("a site moves to another bench, with its host name, and the old bench has nothing of it", async () => {
  const id = await upgraded("acme");
  const { status, bench, upgrade } = await settled(id);
  assert.equal([status, bench, upgrade], ["active", NEW.name, null]);
  assert.is(placeOf("acme"), siteIn(NEW.name, id));
  assert.not(existsSync(siteIn(OLD.name, id)));
  const { body } = await it.call("GET", "/benches");
  const shown = (body["benches"] as { name: string; apps: unknown }[]).at(-1);
  assert.equal(shown?.apps, [
    { name: "frappe", version: "16.33.0" },
    { name: "erpnext", version: "16.33.0" },
  ]);
});

test("a site whose migration fails is back in its old bench, and says at which patch", async () => {
  const id = await upgraded("globex");
  const { status, bench, error_message, ...rest } = await settled(id);
  assert.equal([status, bench, error_message], ["active", OLD.name, null]);
  const { state, step, patch, reason, log } = rest["upgrade"] as Record<string, unknown>;
  assert.equal([state, step, patch], ["reverted", "migrate", FAILING]);
  assert.is(reason, "MigrationFailed");
  assert.is(placeOf("globex"), siteIn(OLD.name, id));
  assert.not(existsSync(siteIn(NEW.name, id)));
  const { body } = await it.call("GET", String(log));
  assert.equal([body["kind"], body["state"]], ["upgrade", "failed"]);
});

test("the backup before an upgrade can be restored in the new bench, where it is migrated", async () => {
  const id = await upgraded("initech");
  await settled(id);
  const { body } = await it.call("GET", `/tenants/${id}/backups`);
  const [before] = body["backups"] as { id: string; kind: string }[];
  assert.is(before?.kind, "before-upgrade");
  const asked = { body: { backup: before?.id } };
  assert.is((await it.call("POST", `/tenants/${id}/restore`, asked)).status, 202);
  const { status, bench, upgrade, undo_until } = await settled(id);
  assert.equal([status, bench, upgrade], ["active", NEW.name, null]);
  assert.is.not(undo_until, null);
  assert.is(placeOf("initech"), siteIn(NEW.name, id));
  const operations = (await it.call("GET", `/tenants/${id}/operations`)).body["operations"];
  const kinds = (operations as { kind: string }[]).map(({ kind }) => kind).slice(0, 2);
  assert.equal(kinds, ["upgrade", "restore"]);
});

test.run();
