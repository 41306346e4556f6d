import { suite } from "uvu";
import * as assert from "uvu/assert";
import { AdapterError } from "../../shared/platform/errors.ts";
import type { Adapter, AdapterErrorCode } from "../../shared/platform/errors.ts";
import type { EventDependencies } from "../../shared/runtime/send-events.ts";
import { addSeconds } from "../../shared/tenant/tenant.ts";
import { logLinesOf } from "../../tests/testkit/log-lines.ts";
import { someEvent } from "../../tests/testkit/some-event.ts";
import { publishEvents } from "./publish-events.ts";

const test = suite("publish");

const ID = "0c16443d-3d8e-4c0d-b43c-ac1174140611";
const NOW = new Date("2026-11-29T12:00:00Z");

/** Dependencies with one event, of which one adapter fails. */
function dependenciesWith(failing: Adapter | null, code: AdapterErrorCode = "unavailable") {
  const published: number[] = [];
  const orFail = async (adapter: Adapter) => {
    if (adapter === failing) throw new AdapterError(adapter, code, "planted");
  };
  const dependencies: EventDependencies = {
    store: {
      unsentEvents: async (tenantId) => {
        await orFail("store");
        return { events: [someEvent(tenantId, 3)], damaged: [] };
      },
      deleteEvent: async () => {},
    },
    bus: {
      publishEvent: async ({ sequence }) => {
        await orFail("bus");
        published.push(sequence);
      },
    },
  };
  return { dependencies, published };
}

const eventOf = (age: number | null, id = `${ID}.3`) => ({
  subject: `documents/events/${id}`,
  ...(age === null ? {} : { time: addSeconds(NOW, -age).toISOString() }),
});

/** Handles an event. Gives what was logged and whether it was refused. */
async function handle(event: unknown, { dependencies }: ReturnType<typeof dependenciesWith>) {
  let isRefused = false;
  const lines = await logLinesOf(() =>
    publishEvents(event, dependencies, NOW).catch(() => (isRefused = true)),
  );
  return { logged: lines.map(({ message }) => message), isRefused };
}

test("sends what is unsent of the tenant that the event names, whatever its age", async () => {
  for (const age of [0, 3600, null]) {
    const it = dependenciesWith(null);
    assert.equal(await handle(eventOf(age), it), { logged: ["EventSent"], isRefused: false });
    assert.equal(it.published, [3]);
  }
});

const failures: [adapter: Adapter, code: AdapterErrorCode, age: number | null, refused: boolean][] =
  [
    ["bus", "unavailable", 0, true],
    ["bus", "denied", 59, true],
    ["store", "unavailable", 59, true],
    ["store", "denied", 0, true],
    // From here on the resync sends it.
    ["bus", "unavailable", 61, false],
    ["store", "unavailable", 61, false],
    ["bus", "unavailable", null, false],
    // It would be refused again.
    ["store", "invalid", 0, false],
  ];
for (const [adapter, code, age, isRefused] of failures) {
  const what = isRefused ? "refused, so that it comes again" : "taken, and the resync sends it";
  test(`${adapter} ${code}, event ${age ?? "?"} s old: ${what}`, async () => {
    const it = dependenciesWith(adapter, code);
    assert.equal(await handle(eventOf(age), it), { logged: ["EventsNotSent"], isRefused });
    assert.equal(it.published, []);
  });
}

for (const id of [ID, "acme.3", `${ID}.x`, `${ID}.`, `.3`]) {
  test(`takes the event of a document that no event can have, and says so: ${id}`, async () => {
    const it = dependenciesWith(null);
    const { logged, isRefused } = await handle(eventOf(0, id), it);
    assert.equal([logged, isRefused, it.published], [["UnknownEvent"], false, []]);
  });
}

for (const event of [null, {}, { subject: `documents/deletions/${ID}` }, { subject: 7 }]) {
  test(`refuses the event of a trigger that is set up wrongly: ${JSON.stringify(event)}`, async () => {
    assert.ok((await handle(event, dependenciesWith(null))).isRefused);
  });
}

test.run();
