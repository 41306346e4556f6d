/** What becomes of a tenant while the database that all sites share is away, on the stack of `npm start`. */
import { renameSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Tenant } from "../../shared/tenant/tenant.ts";
import { eventually, startTestStack } from "../testkit/stack-fixture.ts";
import type { TestStack } from "../testkit/stack-fixture.ts";

const test = suite("an outage of the database");

let it: TestStack;
test.before(async () => {
  it = await startTestStack();
});
test.after(async () => {
  await it.stop();
});

test("it is told, costs no attempt, and the create goes on when it is over", async () => {
  const database = join(it.directory, "database");
  renameSync(database, `${database}-away`);
  const body = { organization: "Acme", subdomain: "acme", email: "office@acme.example" };
  const id = String((await it.call("POST", "/tenants", { body })).body["id"]);
  const { body: told } = await eventually("the outage is told", async () => {
    const answer = await it.call("GET", `/tenants/${id}/status`);
    return answer.body["reason"] === "DatabaseUnavailable" ? answer : null;
  });
  assert.is(told["status"], "provisioning");
  assert.is(told["retryable"], true);
  assert.match(String(told["error_message"]), /^The database that all sites share does not answer/);
  const operation = async () => {
    const found = await it.firestore.doc(`tenants/${id}`).get();
    return (found.data() as Tenant).status.operation;
  };
  const pauses = (attempts: number) =>
    eventually(`${attempts} attempts have met it`, async () => {
      const { outage, slot } = (await operation()) ?? {};
      return outage?.attempts === attempts && slot === null ? true : null;
    });
  // As a minute later: that is its pause.
  const hurry = () =>
    it.firestore.doc(`tenants/${id}`).update({
      "status.operation.started_at": new Date(),
      "status.next_reconcile_at": new Date(),
    });
  await pauses(1);
  await hurry();
  await pauses(2);
  renameSync(`${database}-away`, database);
  await hurry();
  await it.until(id, "active");
  const { attempt, outage } = (await operation()) ?? {};
  assert.equal([attempt, outage?.attempts], [3, 2]);
});

test.run();
