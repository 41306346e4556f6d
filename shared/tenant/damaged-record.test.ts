import { suite } from "uvu";
import * as assert from "uvu/assert";
import { newTenant } from "./tenant.ts";
import type { Tenant } from "./tenant.ts";
import { damagedFields, showDamaged } from "./damaged-record.ts";
import type { Fields } from "./damaged-record.ts";

const test = suite("a tenant's fields");

const ID = "0c16443d-3d8e-4c0d-b43c-ac1174140611";
const NOW = new Date("2026-11-24T12:00:00Z");
const wanted = { organization: "Acme", subdomain: "acme", email: "a@acme.example" };
const queued = newTenant({ id: ID, commandId: "w", ...wanted }, NOW);
const working: Tenant = {
  ...queued,
  operation: {
    kind: "create",
    generation: 1,
    attempt: 3,
    started_at: NOW,
    slot: 0,
    deadline_at: NOW,
    outage: { attempts: 2, since: NOW },
  },
};

const fieldsOf = (tenant: Tenant): Fields => ({ ...tenant });

test("are whole as the control plane writes them, whatever else is beside them", () => {
  for (const tenant of [queued, working]) {
    assert.equal(damagedFields(fieldsOf(tenant), ID), []);
    assert.equal(damagedFields({ ...fieldsOf(tenant), later: 1 }, ID), []);
  }
});

/** None of these is right for any field but a text, and texts are none of ours. */
const WRONG = [undefined, NaN, -1, 0.5, [], {}, "", "Other"];

for (const name of Object.keys(queued)) {
  test(`a wrong ${name} is found, alone`, () => {
    const found = WRONG.filter((value) => {
      const damaged = damagedFields({ ...fieldsOf(working), [name]: value }, ID);
      assert.ok(damaged.length === 0 || (damaged.length === 1 && damaged[0] === name), name);
      return damaged.length > 0;
    });
    assert.ok(found.length >= WRONG.length - 2, JSON.stringify(found));
    const { [name]: _, ...rest } = fieldsOf(working);
    assert.equal(damagedFields(rest, ID), [name]);
  });
}

for (const name of ["kind", "generation", "attempt", "started_at", "slot", "deadline_at"]) {
  test(`an operation without its ${name}, or with another, is found`, () => {
    for (const value of [undefined, {}, "x", -1]) {
      const operation = { ...working.operation, [name]: value };
      assert.equal(damagedFields({ ...fieldsOf(working), operation }, ID), ["operation"]);
    }
  });
}

test("an outage of another form is found", () => {
  for (const outage of [null, 1, { attempts: 1 }, { attempts: "1", since: null }]) {
    const operation = { ...working.operation, outage };
    assert.equal(damagedFields({ ...fieldsOf(working), operation }, ID), ["operation"]);
  }
});

test("a document that bears another's id is found", () => {
  const other = "7d2b1f60-11aa-4c9e-9d0e-5b1f0a6f2c11";
  assert.equal(damagedFields(fieldsOf(queued), other), ["id"]);
});

test("what is whole is shown as it is, and the rest as what is known of it: nothing", () => {
  const times = { createdAt: new Date(1), updatedAt: new Date(2) };
  const damaged = ["created_at", "status", "email"];
  const shown = showDamaged(fieldsOf(working), ID, damaged, times);
  const { status, email, created_at, updated_at, subdomain, reason, error_message } = shown;
  assert.equal(
    [status, email, created_at, updated_at, subdomain, reason],
    ["failed", "", new Date(1), NOW, "acme", "RecordDamaged"],
  );
  assert.match(error_message ?? "", /damaged \(created_at, status, email\)/);
});

test.run();
