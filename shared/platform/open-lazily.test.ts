import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openLazily } from "./open-lazily.ts";

const test = suite("an adapter that is opened lazily");

function counting() {
  let opened = 0;
  const adapter = openLazily(async () => {
    opened += 1;
    return {
      double: async (value: number) => value * 2,
      fail: async () => {
        throw new RangeError("too far");
      },
      async *upTo(end: number) {
        for (let value = 1; value <= end; value++) yield value;
      },
    };
  });
  return { adapter, opened: () => opened };
}

test("is not opened before its first call, and once for all of them", async () => {
  const { adapter, opened } = counting();
  assert.is(opened(), 0);
  assert.equal(await Promise.all([adapter.double(2), adapter.double(3)]), [4, 6]);
  assert.is(await adapter.double(4), 8);
  assert.is(opened(), 1);
});

test("passes on what is thrown", async () => {
  const { adapter } = counting();
  const error: unknown = await adapter.fail().catch((thrown: unknown) => thrown);
  assert.instance(error, RangeError);
});

test("passes on what is yielded", async () => {
  const { adapter } = counting();
  const values: number[] = [];
  for await (const value of adapter.upTo(3)) values.push(value);
  assert.equal(values, [1, 2, 3]);
});

test("is opened by the next call where it could not be before", async () => {
  let tries = 0;
  const adapter = openLazily(async () => {
    tries += 1;
    if (tries === 1) throw new Error("not yet");
    return { read: async () => "read" };
  });
  assert.is(await adapter.read().catch(() => "failed"), "failed");
  assert.is(await adapter.read(), "read");
});

test("that cannot be opened says so to who iterates later, and does not end the process before", async () => {
  const adapter = openLazily(async (): Promise<{ all: () => AsyncGenerator<number> }> => {
    throw new RangeError("too far");
  });
  const all = adapter.all();
  await new Promise((resolve) => setImmediate(resolve));
  let thrown: unknown;
  try {
    for await (const value of all) assert.unreachable(String(value));
  } catch (error) {
    thrown = error;
  }
  assert.instance(thrown, RangeError);
});

test("is not opened by who makes a text of it", () => {
  const { adapter, opened } = counting();
  assert.is(JSON.stringify({ adapter }), '{"adapter":{}}');
  assert.is(opened(), 0);
});

test("can be passed on by a promise, which does not open it", async () => {
  const { adapter, opened } = counting();
  assert.is(await Promise.resolve(adapter), adapter);
  assert.is(opened(), 0);
});

test.run();
