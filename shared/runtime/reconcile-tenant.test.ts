import { suite } from "uvu";
import * as assert from "uvu/assert";
import { AdapterError } from "../platform/errors.ts";
import type { Adapter, AdapterErrorCode } from "../platform/errors.ts";
import type { Dependencies } from "./run-reconcile.ts";
import { newTenant } from "../tenant/tenant.ts";
import { reconcileTenant } from "./reconcile-tenant.ts";
import { fakeVersion } from "../../tests/testkit/fake-version.ts";
import { REQUESTER } from "../../tests/testkit/requester.ts";

const test = suite("reconcileTenant");

const ID = "0c16443d-3d8e-4c0d-b43c-ac1174140611";
const wanted = { organization: "Acme", subdomain: "acme", email: "a@acme.example" };
const tenant = newTenant({ id: ID, commandId: "w", requestedBy: REQUESTER, ...wanted }, new Date());

/** Dependencies of which one adapter fails. */
function dependenciesWith(adapter: Adapter, code: AdapterErrorCode): Dependencies {
  const fail = () => Promise.reject(new AdapterError(adapter, code, "planted"));
  const readTenant = () =>
    adapter === "store" ? fail() : Promise.resolve({ record: tenant, version: fakeVersion(1) });
  return {
    store: { readTenant },
    cluster: { readJob: fail },
    settings: {},
  } as unknown as Dependencies;
}

async function isRefused(dependencies: Dependencies): Promise<boolean> {
  try {
    await reconcileTenant(ID, dependencies);
    return false;
  } catch {
    return true;
  }
}

test("refuses the event when the database cannot be used, so that it comes again", async () => {
  assert.ok(await isRefused(dependenciesWith("store", "unavailable")));
  assert.ok(await isRefused(dependenciesWith("store", "denied")));
});

test("takes the event when the cluster fails, for the resync comes back to the tenant", async () => {
  for (const code of ["unavailable", "denied", "invalid"] as const) {
    assert.not(await isRefused(dependenciesWith("cluster", code)), code);
  }
});

test("takes the event that the database will never accept, since it would block others", async () => {
  assert.not(await isRefused(dependenciesWith("store", "invalid")));
});

test.run();
