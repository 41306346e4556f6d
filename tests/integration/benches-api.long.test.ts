/** Benches and upgrades as the API takes them, on the official emulators: nobody reconciles. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { TenantParts } from "../testkit/tenant-parts.ts";
import { addSeconds } from "../../shared/tenant/tenant.ts";
import type { Tenant } from "../../shared/tenant/tenant.ts";
import { useApiWithBucket } from "../testkit/api-with-bucket.ts";
import type { ApiWithBucket } from "../testkit/api-with-bucket.ts";
import { siteAt } from "../testkit/some-site.ts";
import { readyStandby, storeStandbys } from "../testkit/some-standby.ts";

const test = suite("the API of benches");

const V16 = { name: "v16", image: "frappe/erpnext:v16.32.3", apps: ["erpnext"] };
const V17 = { name: "v17", image: "frappe/erpnext:v17.0.1", apps: ["erpnext"], current: true };
const V18 = { name: "v18", image: "frappe/erpnext:v18.0.0", apps: ["erpnext"] };

const ground = useApiWithBucket(test, "benches in the API", {
  BENCHES: JSON.stringify([V16, V17, V18]),
});
if (ground !== null) addTests(ground);
test.run();

function addTests(at: ApiWithBucket): void {
  const { stored } = at;
  const OLD = { frappe: "16.32.3", erpnext: "16.30.0" };

  /** A tenant whose site is in a bench, with these versions of its apps. */
  function tenantIn(
    bench: string,
    name: string,
    more: TenantParts = {},
    apps: Record<string, string> | null = OLD,
  ): Promise<Tenant> {
    const { spec = {}, status = {} } = more;
    return at.tenant(name, {
      spec: { bench, ...spec },
      status: { site: siteAt(name, { bench, apps }), ...status },
    });
  }

  const upgrade = (of: Tenant, body: Record<string, unknown>, query = "") =>
    at.api.call("POST", `/tenants/${of.id}/upgrade${query}`, { body });

  test("each bench is shown with its sites, what its apps are, and what it is for", async () => {
    await tenantIn("v16", "acme", {}, null);
    await tenantIn("v16", "globex");
    await storeStandbys(at.api.client, [readyStandby(new Date())]);
    const { status, body } = await at.api.call("GET", "/benches");
    assert.is(status, 200);
    assert.equal(body["benches"], [
      {
        name: "v16",
        image: V16.image,
        apps: [
          { name: "frappe", version: "16.32.3" },
          { name: "erpnext", version: "16.30.0" },
        ],
        sites: 2,
        state: "draining",
      },
      {
        name: "v17",
        image: V17.image,
        apps: [
          { name: "frappe", version: null },
          { name: "erpnext", version: null },
        ],
        sites: 0,
        state: "current",
      },
      {
        name: "v18",
        image: V18.image,
        apps: [
          { name: "frappe", version: null },
          { name: "erpnext", version: null },
        ],
        sites: 0,
        state: "empty",
      },
    ]);
  });

  test("a bench to which a tenant is on its way is not empty", async () => {
    await tenantIn("v16", "acme", { spec: { bench: "v18" } });
    const { body } = await at.api.call("GET", "/benches");
    const states = (body["benches"] as { state: string }[]).map(({ state }) => state);
    assert.equal(states, ["draining", "current", "draining"]);
  });

  test("new tenants are made in the bench that is current", async () => {
    const asked = { organization: "Acme", subdomain: "acme", email: "a@acme.example" };
    const { status, body } = await at.api.call("POST", "/tenants", { body: asked });
    assert.is(status, 201);
    assert.is((await stored({ id: String(body["id"]) })).spec.bench, "v17");
    const shown = await at.api.call("GET", `/tenants/${String(body["id"])}`);
    assert.equal([shown.body["bench"], shown.body["upgrade"]], ["v17", null]);
  });

  test("an upgrade is recorded with its bench, the reason, and a backup before it", async () => {
    const acme = await tenantIn("v16", "acme");
    const { status, body, headers } = await upgrade(acme, { bench: "v17", reason: "the new year" });
    assert.equal([status, body["status"]], [202, "active"]);
    assert.is(headers.get("Location"), `/tenants/${acme.id}/operations/${acme.id}.2.1`);
    const { spec } = await stored(acme);
    assert.is(spec.bench, "v17");
    assert.is(spec.requested_by.reason, "the new year");
    assert.is(spec.requests["upgrade"], spec.command_id);
    assert.equal([spec.backup?.kind, spec.requests["backup"]], ["before-upgrade", spec.backup?.id]);
    const record = await at.api.client.doc(`backups/${spec.backup?.id}`).get();
    assert.equal([record.get("state"), record.get("kind")], ["pending", "before-upgrade"]);
    const again = await upgrade(acme, { bench: "v18" });
    assert.is(again.status, 409);
  });

  test("who is in the bench already is left as they are", async () => {
    const acme = await tenantIn("v17", "acme");
    const { status, body } = await upgrade(acme, { bench: "v17" });
    assert.equal([status, body["message"]], [202, "Already requested."]);
    assert.is((await stored(acme)).spec.generation, 1);
  });

  test("a bench that nobody knows is refused by name, and nothing is stored", async () => {
    const acme = await tenantIn("v16", "acme");
    const { status, body } = await upgrade(acme, { bench: "v19" });
    assert.is(status, 422);
    assert.equal(body["errors"], [
      { pointer: "/bench", message: "bench must be one of v16, v17, v18" },
    ]);
    assert.is((await stored(acme)).spec.generation, 1);
  });

  test("validate_only says what the apps would be and why it would fail, and changes nothing", async () => {
    const until = addSeconds(new Date(), 3600);
    const acme = await tenantIn(
      "v16",
      "acme",
      { status: { kept: [{ database: "d", until }] } },
      {
        ...OLD,
        hrms: "16.1.0",
      },
    );
    await tenantIn("v17", "globex", {}, { frappe: "17.0.1", erpnext: "16.2.0" });
    const before = await stored(acme);
    const { status, body } = await upgrade(acme, { bench: "v17" }, "?validate_only=true");
    assert.is(status, 200);
    const { success: _, message: __, ...rest } = body;
    assert.equal(rest, {
      from: "v16",
      to: "v17",
      apps: [
        { name: "frappe", from: "16.32.3", to: "17.0.1" },
        { name: "erpnext", from: "16.30.0", to: "16.2.0" },
        { name: "hrms", from: "16.1.0", to: null },
      ],
      problems: [
        "erpnext is 16.30.0 at the site and 16.2.0 in v17.",
        "The site has the app hrms, and v17 does not.",
      ],
      is_backed_up: true,
      is_undo_lost: true,
    });
    assert.equal(await stored(acme), before);
  });

  test("a failed upgrade is shown with its patch and where its log is", async () => {
    const failedAt = new Date("2026-11-30T01:02:03Z");
    const failure = {
      at: failedAt,
      step: "migrate",
      patch: "erpnext.patches.v17.x",
      reason: "MigrationFailed",
      message: "no column",
      retryable: false,
      operation: "op",
    };
    const acme = await tenantIn("v16", "acme", {
      spec: { bench: "v17" },
      status: { upgrade: { from: "v16", to: "v17", under_way: false, failure } },
    });
    const { body } = await at.api.call("GET", `/tenants/${acme.id}`);
    assert.is(body["bench"], "v16");
    assert.equal(body["upgrade"], {
      from: "v16",
      to: "v17",
      state: "reverted",
      failed_at: "2026-11-30T01:02:03.000Z",
      step: "migrate",
      patch: "erpnext.patches.v17.x",
      reason: "MigrationFailed",
      message: "no column",
      log: `/tenants/${acme.id}/operations/op`,
    });
  });
}
