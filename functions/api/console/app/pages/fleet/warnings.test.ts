import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Fleet, Pool } from "../../client/api-client.ts";
import { isHeartbeatLate, warningsOf } from "./warnings.ts";

const test = suite("what is wrong with the control plane");

const as_of = "2026-11-30T10:00:00Z";
const CALM = {
  as_of,
  heartbeat_at: "2026-11-30T09:59:10Z",
  oldest_unsent_event_at: null,
  oldest_backup: { tenant_id: "t1", subdomain: "acme", requested_at: "2026-11-29T02:00:00Z" },
} as Fleet;
const POOL = { paused_until: null } as Pool;

function told(changes: Partial<Fleet>, pool?: Partial<Pool>): string[] {
  const warnings = warningsOf({ ...CALM, ...changes }, pool && { ...POOL, ...pool });
  return warnings.map(({ text, link }) => `${text} ${link?.href ?? ""}`.trim());
}

test("nothing is, where all is in time", () => {
  assert.equal(told({}), []);
  assert.equal(told({}, {}), []);
  assert.equal(told({ oldest_backup: null }), []);
  assert.equal(told({ oldest_unsent_event_at: "2026-11-30T09:55:00Z" }), []);
});

test("each thing that is late says for how long, and where there is more", () => {
  for (const [changes, pool, expected] of [
    [{ heartbeat_at: "2026-11-30T09:56:00Z" }, undefined, /^The cluster was not seen for 4 min: /],
    [{ heartbeat_at: null }, undefined, /^The cluster has not been seen yet: /],
    [
      { oldest_unsent_event_at: "2026-11-30T09:50:00Z" },
      undefined,
      /not been published for 10 min/,
    ],
    [
      { oldest_backup: { ...CALM.oldest_backup, requested_at: "2026-11-28T20:00:00Z" } },
      undefined,
      /^An active tenant has had no good backup for 1 d 14 h\. #\/tenants\/t1$/,
    ],
    [{}, { paused_until: "2026-11-30T10:10:00Z" }, /^The pool makes no new sites .* #\/pool$/],
  ] as [Partial<Fleet>, Partial<Pool> | undefined, RegExp][]) {
    const warnings = told(changes, pool);
    assert.is(warnings.length, 1, String(expected));
    assert.match(warnings[0] ?? "", expected);
  }
});

test("a heartbeat is late after 200 seconds", () => {
  assert.not(isHeartbeatLate({ as_of, heartbeat_at: "2026-11-30T09:56:40Z" }));
  assert.ok(isHeartbeatLate({ as_of, heartbeat_at: "2026-11-30T09:56:39Z" }));
});

test.run();
