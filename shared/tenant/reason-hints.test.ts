import { suite } from "uvu";
import * as assert from "uvu/assert";
import { hintFor, REASON_HINTS } from "./reason-hints.ts";

const test = suite("hints");

test("each is one sentence, short enough to be read", () => {
  for (const [reason, hint] of Object.entries(REASON_HINTS)) {
    assert.match(hint, /^[A-Z][^\n]{10,98}\.$/, reason);
    assert.not.match(hint, /\. [A-Z]/, reason);
    assert.is(hintFor(reason), hint);
  }
});

test("nobody knows what to do about no reason, or about one that is new", () => {
  for (const reason of [null, "", "Unheard", "constructor", "__proto__"]) {
    assert.is(hintFor(reason), null, String(reason));
  }
});

test.run();
