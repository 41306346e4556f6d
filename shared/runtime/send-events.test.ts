/**
 * The sending of events, on an outbox in memory: whatever call fails, before or after it took effect, and whoever else
 * sends at the same time.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { logLinesOf } from "../../tests/testkit/log-lines.ts";
import { someEvent } from "../../tests/testkit/some-event.ts";
import { AdapterError } from "../platform/errors.ts";
import { eventId } from "../tenant/status-event.ts";
import type { StatusEvent } from "../tenant/status-event.ts";
import { sendEvents } from "./send-events.ts";
import type { EventDependencies } from "./send-events.ts";

const test = suite("sendEvents");

const ID = "0c16443d-3d8e-4c0d-b43c-ac1174140611";

type Fault = (call: number) => "before" | "after" | null;

interface World {
  /** What is in the outbox. */
  outbox: Map<string, StatusEvent>;
  /** The ids that were published, in that order. */
  published: string[];
  calls: () => number;
  dependencies: EventDependencies;
}

/** An outbox with so many events. `pause` is awaited in the middle of each call. */
function openWorld(
  count: number,
  fault: Fault = () => null,
  pause: () => Promise<void> = async () => {},
): World {
  const events = Array.from({ length: count }, (_, k) => someEvent(ID, k + 1));
  const outbox = new Map(events.map((event) => [eventId(event), event]));
  const published: string[] = [];
  let calls = 0;

  async function call<T>(run: () => T): Promise<T> {
    const fails = fault((calls += 1));
    await pause();
    if (fails === "before") throw new AdapterError("bus", "unavailable", "planted");
    const result = run();
    await pause();
    if (fails === "after") throw new AdapterError("bus", "unavailable", "planted");
    return result;
  }

  return {
    outbox,
    published,
    calls: () => calls,
    dependencies: {
      store: {
        unsentEvents: () => call(() => ({ events: [...outbox.values()], damaged: [] })),
        deleteEvent: (event) => call(() => void outbox.delete(eventId(event))),
      },
      bus: { publishEvent: (event) => call(() => void published.push(eventId(event))) },
    },
  };
}

/** Sends, so many at once, and gives whether all went well. */
async function isSent({ dependencies }: World, atOnce = 1): Promise<boolean> {
  let sent: boolean[] = [];
  await logLinesOf(async () => {
    const sending = Array.from({ length: atOnce }, () => sendEvents(ID, dependencies));
    sent = await Promise.all(
      sending.map((one) =>
        one.then(
          () => true,
          () => false,
        ),
      ),
    );
  });
  return sent.every(Boolean);
}

const idsUpTo = (count: number) => Array.from({ length: count }, (_, k) => `${ID}.${k + 1}`);

/** What a receiver goes by that drops repetitions: each the first time. */
const firstTimes = (published: string[]) => [...new Set(published)];

/** What holds at any time: what is neither published nor in the outbox is lost. */
function assertNothingLost({ outbox, published }: World, count: number): void {
  for (const id of idsUpTo(count)) assert.ok(outbox.has(id) || published.includes(id), id);
  assert.equal(firstTimes(published), idsUpTo(firstTimes(published).length));
}

test("publishes all in their order, once each, and leaves none", async () => {
  const world = openWorld(3);
  assert.ok(await isSent(world));
  assert.equal(world.published, idsUpTo(3));
  assert.is(world.outbox.size, 0);
});

test("does nothing where there is none", async () => {
  const world = openWorld(0);
  assert.ok(await isSent(world));
  assert.equal([world.published, world.calls()], [[], 1]);
});

const COUNT = 4;
// One call reads, and two are for each event.
for (const when of ["before", "after"] as const) {
  for (let failing = 1; failing <= 1 + 2 * COUNT; failing++) {
    test(`call ${failing} fails ${when} it took effect: nothing is lost, and what is repeated has its id`, async () => {
      const world = openWorld(COUNT, (call) => (call === failing ? when : null));
      assert.not(await isSent(world));
      assert.is(world.calls(), failing, "nothing is done after a failure");
      assertNothingLost(world, COUNT);
      assert.ok(await isSent(world));
      assert.equal(firstTimes(world.published), idsUpTo(COUNT));
      assert.ok(world.published.length <= COUNT + 1, "at most the one is repeated");
      assert.is(world.outbox.size, 0);
    });
  }
}

test("every k-th call fails, for every k: all come in the end, in their order", async () => {
  for (let k = 4; k <= 12; k++) {
    for (const when of ["before", "after"] as const) {
      const world = openWorld(COUNT, (call) => (call % k === 0 ? when : null));
      for (let turn = 0; !(await isSent(world)); turn++) {
        assertNothingLost(world, COUNT);
        assert.ok(turn < 20, `it comes to an end with k = ${k}`);
      }
      assert.equal(firstTimes(world.published), idsUpTo(COUNT));
      assert.is(world.outbox.size, 0);
    }
  }
});

/** Numbers that look random and are the same each time. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

test("two that send at once, in 300 orders of their calls, some of which fail: each first time is in order", async () => {
  let repeated = 0;
  for (let seed = 1; seed <= 300; seed++) {
    const random = createRandom(seed);
    const pause = async () => {
      for (let turns = Math.floor(random() * 6); turns > 0; turns--) await Promise.resolve();
    };
    const fault: Fault = () => (random() < 0.05 ? (random() < 0.5 ? "before" : "after") : null);
    const world = openWorld(COUNT, fault, pause);
    await isSent(world, 2);
    assertNothingLost(world, COUNT);
    while (!(await isSent(world))) assertNothingLost(world, COUNT);
    assert.equal(firstTimes(world.published), idsUpTo(COUNT), `seed ${seed}`);
    assert.is(world.outbox.size, 0);
    if (world.published.length > COUNT) repeated += 1;
  }
  assert.ok(repeated > 50, `they met ${repeated} times`);
});

test("a damaged event is named in the log, and the others are sent", async () => {
  const world = openWorld(2);
  const { store } = world.dependencies;
  const unsentEvents = async (id: string) => {
    return { ...(await store.unsentEvents(id)), damaged: [`${ID}.7`] };
  };
  const lines = await logLinesOf(() =>
    sendEvents(ID, { ...world.dependencies, store: { ...store, unsentEvents } }),
  );
  assert.equal(
    lines.map(({ severity, message, event, sequence }) => [severity, message, event ?? sequence]),
    [
      ["ERROR", "EventDamaged", `${ID}.7`],
      ["INFO", "EventSent", 1],
      ["INFO", "EventSent", 2],
    ],
  );
  assert.equal(world.published, idsUpTo(2));
});

test.run();
