import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { UnsentTenant } from "../../shared/firestore/store.ts";
import { AdapterError } from "../../shared/platform/errors.ts";
import type { AdapterErrorCode } from "../../shared/platform/errors.ts";
import type { Dependencies } from "../../shared/runtime/run-reconcile.ts";
import { addSeconds } from "../../shared/tenant/tenant.ts";
import { logLinesOf } from "../../tests/testkit/log-lines.ts";
import { someEvent } from "../../tests/testkit/some-event.ts";
import { sendUnsent } from "./send-unsent.ts";

const test = suite("sendUnsent");

const NOW = new Date("2026-11-29T12:00:00Z");
const waiting = (tenantId: string, seconds: number): UnsentTenant => ({
  tenantId,
  since: addSeconds(NOW, -seconds),
});

/** Sends what these tenants have; the bus fails for some of them. */
async function send(unsent: UnsentTenant[], failing: Record<string, AdapterErrorCode> = {}) {
  const asked: unknown[] = [];
  const published: string[] = [];
  const dependencies = {
    store: {
      oldestUnsent: async (...given: unknown[]) => {
        asked.push(...given);
        return unsent;
      },
      unsentEvents: async (id: string) => ({ events: [someEvent(id, 1)], damaged: [] }),
      deleteEvent: async () => {},
    },
    bus: {
      publishEvent: async ({ tenant_id }: { tenant_id: string }) => {
        const code = failing[tenant_id];
        if (code !== undefined) throw new AdapterError("bus", code, "planted");
        published.push(tenant_id);
      },
    },
  } as unknown as Dependencies;
  let seconds: number | null = -1;
  await logLinesOf(async () => {
    seconds = await sendUnsent(dependencies, NOW);
  });
  return { asked, published, seconds };
}

test("asks for what is over a minute old, of 200 events", async () => {
  assert.equal((await send([])).asked, [addSeconds(NOW, -60), 200]);
});

test("where nothing is unsent, or all was sent, nothing is old", async () => {
  assert.is((await send([])).seconds, 0);
  const { published, seconds } = await send([waiting("a", 90), waiting("b", 70)]);
  assert.equal([published, seconds], [["a", "b"], 0]);
});

test("one tenant's event that is refused keeps nobody else's, and is the oldest that is left", async () => {
  const unsent = [waiting("a", 300), waiting("b", 200), waiting("c", 70)];
  const { published, seconds } = await send(unsent, { b: "invalid" });
  assert.equal([published, seconds], [["a", "c"], 200]);
});

test("where Pub/Sub does not answer it is not asked for each tenant", async () => {
  const unsent = Array.from({ length: 100 }, (_, k) => waiting(`t${k}`, 500 - k));
  const failing = Object.fromEntries(unsent.map(({ tenantId }) => [tenantId, "unavailable"]));
  const all = failing as Record<string, AdapterErrorCode>;
  assert.is((await send(unsent, all)).seconds, 500);
  delete all["t50"];
  assert.equal((await send(unsent, all)).published, []);
});

test("where the database does not answer, that is no failure, and nothing is known", async () => {
  const oldestUnsent = () => Promise.reject(new AdapterError("store", "unavailable", "planted"));
  const dependencies = { store: { oldestUnsent } } as unknown as Dependencies;
  let seconds: number | null = -1;
  const lines = await logLinesOf(async () => {
    seconds = await sendUnsent(dependencies, NOW);
  });
  assert.equal([seconds, lines.map(({ message }) => message)], [null, ["EventsNotSent"]]);
});

test.run();
