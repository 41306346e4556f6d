/**
 * The tenants that `npm start -- --demo` opens with: one that is active, one that is suspended, and one that could not
 * be made.
 *
 * @module
 */
import { createProgress } from "../local/progress.ts";
import type { Stack } from "../local/local-stack.ts";
import { apiOf } from "./demo-api.ts";
import type { Answer, DemoApi } from "./demo-api.ts";
import { TENANTS, until } from "./tenant-lives.ts";
import type { Watched } from "./tenant-lives.ts";

const SUSPENDED = "globex";

/** A step of every site with a customer, whether the site is made for them or comes out of the pool. */
export const FAULT_OF_DEMO_TENANTS = "initech:add-user";

/** Makes them through the API, each shown on a line of its own. What goes wrong is told there, and never thrown. */
export async function makeDemoTenants(stack: Stack): Promise<void> {
  const api = apiOf(stack);
  const progress = createProgress(
    process.stdout,
    TENANTS.map(({ subdomain }) => subdomain),
  );
  const making = TENANTS.map((tenant) =>
    make(tenant, { api, progress, subdomain: tenant.subdomain }).catch((error: unknown) => {
      progress.show(tenant.subdomain, `could not be made: ${(error as Error).message}`);
    }),
  );
  await Promise.all(making);
}

async function make(
  tenant: (typeof TENANTS)[number],
  watched: Omit<Watched, "path">,
): Promise<void> {
  const { api, progress, subdomain } = watched;
  const created = await ask(api, "/tenants", tenant);
  progress.show(subdomain, "queued");
  const path = `/tenants/${String(created["id"])}`;
  const { status } = await until(["active", "failed"], { ...watched, path });
  if (subdomain !== SUSPENDED || status !== "active") return;
  await ask(api, `${path}/suspend`);
  await until(["suspended"], { ...watched, path });
}

async function ask(api: DemoApi, path: string, asked?: object): Promise<Answer["body"]> {
  const { status, body } = await api.call("POST", path, asked);
  if (status >= 400)
    throw new Error(`POST ${path} was answered ${status}, ${String(body["error"])}`);
  return body;
}
