/** A deletion that is taken back, and one that is for good, on the whole stack; and what a subscriber is told of both. */
import { PubSub } from "@google-cloud/pubsub";
import { existsSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { siteName } from "../../shared/tenant/names.ts";
import { subscribeToStatus } from "../testkit/status-subscriber.ts";
import { eventually, startTestStack } from "../testkit/stack-fixture.ts";
import type { TestStack } from "../testkit/stack-fixture.ts";

const test = suite("a deletion that is taken back");

let it: TestStack;
let pubsub: PubSub;
let subscriber: Awaited<ReturnType<typeof subscribeToStatus>>;
test.before(async () => {
  it = await startTestStack({ RETENTION_DAYS: "14" });
  const { projectId, pubsubHost } = it.stack;
  pubsub = new PubSub({ projectId, apiEndpoint: pubsubHost, emulatorMode: true });
  subscriber = await subscribeToStatus(pubsub);
});
test.after(async () => {
  await subscriber.stop();
  await pubsub.close();
  await it.stop();
});

async function create(subdomain: string): Promise<string> {
  const body = { organization: "Acme", subdomain, email: `office@${subdomain}.example` };
  const id = String((await it.call("POST", "/tenants", { body })).body["id"]);
  await it.until(id, "active");
  return id;
}

const accepted = async (method: string, path: string) => {
  const answer = await it.call(method, path);
  assert.is(answer.status, 202, JSON.stringify(answer.body));
};

/** Where a host's link leads, below the volume. */
function placeOf(subdomain: string): string {
  const { root } = it.stack.volume;
  return realpathSync(join(root, "hosts", `${subdomain}.kairos.app`)).replace(`${root}/`, "");
}

/** The types of the events of a tenant, each once for as long as it lasts, when the last is this one. */
function told(id: string, last: string): Promise<string[]> {
  return eventually(`a subscriber is told of ${last}`, async () => {
    const types = subscriber
      .eventsOf(id)
      .map(({ type }) => type.split(".").at(-1) ?? "")
      .filter((type, k, all) => type !== all[k - 1]);
    return types.at(-1) === last ? types : null;
  });
}

for (const state of ["active", "suspended"] as const) {
  test(`who was ${state} is so again, in no time that a customer would notice`, async () => {
    const id = await create(`back-${state}`);
    if (state === "suspended") {
      await accepted("POST", `/tenants/${id}/suspend`);
      await it.until(id, "suspended");
    }
    const before = placeOf(`back-${state}`);
    await accepted("DELETE", `/tenants/${id}`);
    const { seen } = await it.until(id, "gone");
    assert.ok(
      seen.every((status) => ["deleting", "gone"].includes(status)),
      seen.join(),
    );
    assert.is(placeOf(`back-${state}`), `tenants/${siteName(id)}/retained`);
    const shown = await it.call("GET", `/tenants/${id}?show_deleted=true`);
    assert.is(shown.body["status"], "deleted");

    await accepted("POST", `/tenants/${id}/undelete`);
    const { last } = await it.until(id, state);
    assert.is(last.body["desired"], state === "active" ? "present" : "suspended");
    assert.is(placeOf(`back-${state}`), before);
    const types = await told(id, state);
    const end = ["deleting", "deleted", "queued", "provisioning", state];
    assert.equal(types.slice(-end.length), end);
  });
}

test("a purge leaves nothing, and is told to nobody who was told already", async () => {
  const id = await create("purged");
  const site = placeOf("purged");
  await accepted("DELETE", `/tenants/${id}`);
  await it.until(id, "gone");
  await accepted("DELETE", `/tenants/${id}?purge=true&reason=the+customer+insists`);
  await eventually("the record is gone", async () =>
    (await it.call("GET", `/tenants/${id}?show_deleted=true`)).status === 404 ? true : null,
  );
  assert.not(existsSync(join(it.stack.volume.root, site)));
  assert.is((await told(id, "deleted")).filter((type) => type === "deleted").length, 1);
  const { body } = await it.call("GET", `/tenants/${id}/operations`);
  const operations = body["operations"] as { kind: string; state: string }[];
  assert.equal(
    operations.map(({ kind, state }) => `${kind} ${state}`),
    ["drop succeeded", "retain succeeded", "create succeeded"],
  );
  // The name is free.
  const again = { organization: "Next", subdomain: "purged", email: "a@next.example" };
  assert.is((await it.call("POST", "/tenants", { body: again })).status, 201);
});

test.run();
