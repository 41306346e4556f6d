import { suite } from "uvu";
import * as assert from "uvu/assert";
import { EdgeError } from "../platform/errors.ts";
import type { Edge, EdgeErrorCode } from "../platform/errors.ts";
import type { World } from "./perform.ts";
import { newTenant } from "../tenant/tenant.ts";
import { wakeTenant } from "./reconcile-event.ts";

const test = suite("wakeTenant");

const ID = "0c16443d-3d8e-4c0d-b43c-ac1174140611";
const wanted = { organization: "Acme", subdomain: "acme", email: "a@acme.example" };
const tenant = newTenant({ id: ID, wishId: "w", ...wanted }, new Date());

/** A world in which one edge fails. */
function worldWith(edge: Edge, code: EdgeErrorCode): World {
  const fail = () => Promise.reject(new EdgeError(edge, code, "planted"));
  const readTenant = () =>
    edge === "store" ? fail() : Promise.resolve({ record: tenant, version: 1 });
  return { store: { readTenant }, cluster: { readJob: fail }, settings: {} } as unknown as World;
}

async function isRefused(world: World): Promise<boolean> {
  try {
    await wakeTenant(ID, world);
    return false;
  } catch {
    return true;
  }
}

test("refuses the event when the database cannot be used, so that it comes again", async () => {
  assert.ok(await isRefused(worldWith("store", "unavailable")));
  assert.ok(await isRefused(worldWith("store", "denied")));
});

test("takes the event when the cluster fails, for the sweep comes back to the tenant", async () => {
  for (const code of ["unavailable", "denied", "invalid"] as const) {
    assert.not(await isRefused(worldWith("cluster", code)), code);
  }
});

test("takes the event that the database will never accept, since it would block others", async () => {
  assert.not(await isRefused(worldWith("store", "invalid")));
});

test.run();
