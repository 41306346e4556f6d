import { suite } from "uvu";
import * as assert from "uvu/assert";
import { groupFindings, shownTenantOf } from "./finding-groups.ts";

const test = suite("what the garbage collection has found");

const finding = (event: string, subdomain: string) => ({
  event,
  tenant_id: null,
  subdomain,
  domain: null,
  damaged: [],
  at: "2026-11-30T10:00:00Z",
});

test("the same stand together, and what somebody has to see to comes first", () => {
  const groups = groupFindings([
    finding("NameReleased", "a"),
    finding("NameLost", "b"),
    finding("NameReleased", "c"),
  ]);
  assert.equal(
    groups.map(({ event, findings }) => [event, ...findings.map(({ subdomain }) => subdomain)]),
    [
      ["NameLost", "b"],
      ["NameReleased", "a", "c"],
    ],
  );
  assert.is(groups[0]?.words, "A tenant does not hold its name");
  assert.match(groups[0]?.advice ?? "", /^Find out who holds the name/);
  assert.is(groups[1]?.advice, null);
});

test("what nobody knows yet is told by its name", () => {
  for (const event of ["SomethingNew", "constructor"]) {
    const [group] = groupFindings([finding(event, "a")]);
    assert.equal([group?.words, group?.advice], [event, null]);
  }
});

test("a tenant that is there has a page", () => {
  const id = "0b9e6f1a-1c2d-4e3f-8a9b-000000000001";
  for (const [event, tenant_id, expected] of [
    ["NameLost", id, id],
    ["RecordDamaged", id, id],
    ["NameReleased", id, null],
    ["UnknownJob", id, null],
    ["NameOfNobody", "<b>", null],
    ["NameLost", null, null],
  ] as const) {
    assert.is(shownTenantOf({ ...finding(event, "a"), tenant_id }), expected, event);
  }
});

test("nothing is nothing", () => {
  assert.equal(groupFindings([]), []);
});

test.run();
