import { suite } from "uvu";
import * as assert from "uvu/assert";
import { groupFindings } from "./finding-groups.ts";

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
  assert.is(groups[0]?.words, "A tenant does not hold its name.");
  assert.match(groups[0]?.advice ?? "", /^Find out who holds the name/);
  assert.is(groups[1]?.advice, null);
});

test("what nobody knows yet is told by its name", () => {
  for (const event of ["SomethingNew", "constructor"]) {
    const [group] = groupFindings([finding(event, "a")]);
    assert.equal([group?.words, group?.advice], [event, null]);
  }
});

test("nothing is nothing", () => {
  assert.equal(groupFindings([]), []);
});

test.run();
