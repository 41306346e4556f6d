import { suite } from "uvu";
import * as assert from "uvu/assert";
import { newTenant } from "./tenant.ts";
import type { Tenant } from "./tenant.ts";
import { damagedFields, showDamaged } from "./damaged-record.ts";
import type { Fields } from "./field-checks.ts";
import { REQUESTER } from "../../tests/testkit/requester.ts";
import { siteAt } from "../../tests/testkit/some-site.ts";

const test = suite("a tenant's fields");

const ID = "0c16443d-3d8e-4c0d-b43c-ac1174140611";
const NOW = new Date("2026-11-24T12:00:00Z");
const KINDS = ["create", "drop"];
const asked = { organization: "Acme", subdomain: "acme", email: "a@acme.example" };
const queued = newTenant({ id: ID, commandId: "w", requestedBy: REQUESTER, ...asked }, NOW);
const working: Tenant = {
  ...queued,
  status: {
    ...queued.status,
    site: siteAt("acme"),
    operation: {
      kind: "create",
      generation: 1,
      attempt: 3,
      first_attempt: 1,
      started_at: NOW,
      slot: 0,
      slot_at: NOW,
      deadline_at: NOW,
      outage: { attempts: 2, since: NOW },
    },
  },
};

const fieldsOf = (tenant: Tenant): Fields => ({ ...tenant });
const damagedIn = (fields: Fields) => damagedFields(fields, ID, KINDS);
/** The working tenant with another value at the path of a field. */
function withField(path: string, value: unknown): Fields {
  const [first = "", ...rest] = path.split(".");
  const set = (fields: Fields, [name = "", ...below]: string[]): Fields => ({
    ...fields,
    [name]: below.length === 0 ? value : set(fields[name] as Fields, below),
  });
  return set(fieldsOf(working), [first, ...rest]);
}

test("are whole as the control plane writes them, whatever else is beside them", () => {
  for (const tenant of [queued, working]) {
    assert.equal(damagedIn(fieldsOf(tenant)), []);
    assert.equal(damagedIn({ ...fieldsOf(tenant), later: 1 }), []);
    assert.equal(damagedIn({ ...fieldsOf(tenant), spec: { ...tenant.spec, later: 1 } }), []);
  }
});

/** None of these is right for any field but a text, and texts are none of ours. */
const WRONG = [undefined, NaN, -1, 0.5, [], {}, "", "Other"];

const PATHS = [
  "id",
  "created_at",
  "updated_at",
  ...(["profile", "spec", "status"] as const).flatMap((part) =>
    Object.keys(queued[part]).map((name) => `${part}.${name}`),
  ),
];

for (const path of PATHS) {
  test(`a wrong ${path} is found, alone`, () => {
    const found = WRONG.filter((value) => {
      const damaged = damagedIn(withField(path, value));
      assert.ok(damaged.length === 0 || (damaged.length === 1 && damaged[0] === path), path);
      return damaged.length > 0;
    });
    assert.ok(found.length >= WRONG.length - 2, JSON.stringify(found));
  });
}

for (const part of ["profile", "spec", "status"]) {
  test(`a record without its ${part} is found`, () => {
    const { [part]: _, ...rest } = fieldsOf(working);
    assert.equal(damagedIn(rest), [part]);
    assert.equal(damagedIn({ ...rest, [part]: "x" }), [part]);
  });
}

for (const name of [
  "kind",
  "generation",
  "attempt",
  "first_attempt",
  "started_at",
  "slot",
  "deadline_at",
]) {
  test(`an operation without its ${name}, or with another, is found`, () => {
    for (const value of [undefined, {}, "x", -1]) {
      const damaged = damagedIn(withField(`status.operation.${name}`, value));
      assert.equal(damaged, ["status.operation"]);
    }
  });
}

test("an outage of another form is found", () => {
  for (const outage of [null, 1, { attempts: 1 }, { attempts: "1", since: null }]) {
    const damaged = damagedIn(withField("status.operation.outage", outage));
    assert.equal(damaged, ["status.operation"]);
  }
});

test("a document that bears another's id is found", () => {
  const other = "7d2b1f60-11aa-4c9e-9d0e-5b1f0a6f2c11";
  assert.equal(damagedFields(fieldsOf(queued), other, KINDS), ["id"]);
});

test("what is whole is shown as it is, and the rest as what is known of it: nothing", () => {
  const times = { createdAt: new Date(1), updatedAt: new Date(2) };
  const damaged = ["created_at", "status.phase", "profile.email"];
  const { profile, spec, status, ...root } = showDamaged(fieldsOf(working), ID, damaged, times);
  assert.equal(
    [status.phase, profile.email, root.created_at, root.updated_at, spec.subdomain, status.reason],
    ["failed", "", new Date(1), NOW, "acme", "RecordDamaged"],
  );
  assert.is(profile.organization, "Acme");
  assert.match(status.message ?? "", /damaged \(created_at, status\.phase, profile\.email\)/);
});

test("a record without a part is shown", () => {
  const times = { createdAt: new Date(1), updatedAt: new Date(2) };
  const shown = showDamaged({ id: ID, spec: 7 }, ID, ["profile", "spec", "status"], times);
  assert.equal([shown.spec.subdomain, shown.status.phase], ["", "failed"]);
});

test.run();
