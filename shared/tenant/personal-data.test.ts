import { suite } from "uvu";
import * as assert from "uvu/assert";
import { withoutPersonalData } from "./personal-data.ts";

const test = suite("withoutPersonalData");

const PROFILE = {
  organization: "A.B (Co)",
  email: "Office@Acme.example",
  first_name: "Al",
  last_name: "Öz",
};

for (const [sentence, text, masked] of [
  ["what is nobody's stays", "no space left on device", "no space left on device"],
  ["the address", "for office@acme.example: no", "for ***: no"],
  ["anybody else's address, too", "ask root@db.internal.example", "ask ***"],
  ["names as words, in any case", "AL öz is there", "*** *** is there"],
  ["no part of a longer word", "also özil", "also özil"],
  ["a name with signs that mean something to a pattern", "of A.B (Co)!", "of ***!"],
  ["and not what such a pattern would match", "of AxB Co", "of AxB Co"],
] as const) {
  test(sentence, () => {
    assert.is(withoutPersonalData(text, PROFILE), masked);
  });
}

test("a name of any signs is masked, also of those that need no escape", () => {
  for (const organization of ["2-校", "A/B", "[x] {y} | ^z$", "50 % & more, \\ too", "a.b*c+d?"]) {
    const profile = { ...PROFILE, organization };
    assert.is(withoutPersonalData(`of ${organization}: no`, profile), "of ***: no");
  }
});

test("a million characters without a space, as somebody wrote them, are read once and not from each on", () => {
  const long = "0123456789".repeat(100_000);
  assert.is(withoutPersonalData(long, PROFILE), long);
  assert.is(withoutPersonalData(`${long} a@b.example ${long}`, PROFILE), `${long} *** ${long}`);
  assert.is(withoutPersonalData(`${long}@b.example`, PROFILE), "***");
});

test("somebody without names has none to mask", () => {
  const nobody = { organization: "Acme", email: "a@b.example", first_name: null, last_name: null };
  assert.is(withoutPersonalData("null is not a name", nobody), "null is not a name");
});

test.run();
