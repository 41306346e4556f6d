/**
 * What callers can do with tenants.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import { errorFields, log } from "../../shared/log.ts";
import { isTenantId, newTenant, siteUrl } from "../../shared/tenant.ts";
import type { Tenant } from "../../shared/tenant.ts";
import type { Wish } from "../../shared/wish.ts";
import type { Api, ApiResponse, Call } from "./app.ts";
import { Problem } from "./problem.ts";
import { parseCreateTenant, parsePage } from "./validate.ts";

export async function createTenant({ request }: Call, api: Api): Promise<ApiResponse> {
  if (request.body === undefined) {
    throw new Problem(415, "Send the tenant as JSON, with Content-Type: application/json.");
  }
  const wanted = parseCreateTenant(request.body);
  const tenant = newTenant({ ...wanted, id: randomUUID(), wishId: randomUUID() }, new Date());
  if ((await api.store.createTenant(tenant, null)).outcome === "subdomain-taken") {
    throw new Problem(409, `The subdomain ${tenant.subdomain} is already taken.`, {
      errors: [{ pointer: "/subdomain", message: "subdomain is already taken" }],
    });
  }
  await hint(tenant.id, api);
  const tenant_url = `/tenants/${tenant.id}`;
  return {
    status: 201,
    headers: { Location: tenant_url },
    body: {
      success: true,
      id: tenant.id,
      subdomain: tenant.subdomain,
      status: tenant.status,
      message: "The tenant is queued; its site is being made.",
      site_url: siteUrl(tenant, api.settings.baseDomain),
      tenant_url,
    },
  };
}

export async function listTenants({ request }: Call, { store }: Api): Promise<ApiResponse> {
  const { skip, limit } = parsePage(request.query);
  const { tenants, total } = await store.listTenants({ filter: {}, limit, from: { skip } });
  return {
    status: 200,
    body: {
      tenants: tenants.map(toView),
      total,
      skip,
      limit,
      has_more: skip + tenants.length < total,
    },
  };
}

export async function readTenant(call: Call, api: Api): Promise<ApiResponse> {
  return { status: 200, body: toView(await find(call, api)) };
}

export async function readTenantStatus(call: Call, api: Api): Promise<ApiResponse> {
  return { status: 200, body: toStatusView(await find(call, api)) };
}

export async function deleteTenant(call: Call, api: Api): Promise<ApiResponse> {
  // Its hint is the trail itself, which wakes cleanup.
  return accepted(await changeWish("delete", call, api), "The tenant is being deleted.");
}

/** Carries out once more what was given up: a creation, or a suspension or its end. */
export const retryTenant = wishing("retry", "The tenant is tried again.");
export const suspendTenant = wishing("suspend", "The tenant is being suspended.");
export const resumeTenant = wishing("resume", "The tenant is being resumed.");

function wishing(wished: Wish, message: string) {
  return async (call: Call, api: Api): Promise<ApiResponse> => {
    const tenant = await changeWish(wished, call, api);
    await hint(tenant.id, api);
    return accepted(tenant, message);
  };
}

/** Records a wish and gives the tenant as it is then. Throws a `Problem` where it is not possible. */
async function changeWish(wished: Wish, { tenantId }: Call, { store }: Api): Promise<Tenant> {
  requireTenantId(tenantId);
  const occasion = { wishId: randomUUID(), now: new Date() };
  const answer = await store.changeWish(tenantId, wished, occasion, null);
  if (answer === null) throw noSuchTenant(tenantId);
  if (answer.outcome === "refused") throw new Problem(409, answer.why);
  // Without a request no answer is on record.
  if (!("tenant" in answer)) throw new Error("a wish without a key was answered as a repeated one");
  return answer.tenant;
}

function accepted({ id, status }: Tenant, message: string): ApiResponse {
  return { status: 202, body: { success: true, id, status, message } };
}

async function find({ tenantId }: Call, { store }: Api): Promise<Tenant> {
  requireTenantId(tenantId);
  const stored = await store.readTenant(tenantId);
  if (stored === null) throw noSuchTenant(tenantId);
  return stored.record;
}

function requireTenantId(text: string): void {
  if (!isTenantId(text)) {
    throw new Problem(422, "The tenant id must be a UUID in lower case.", {
      errors: [{ pointer: "/id", message: "id must be a UUID in lower case" }],
    });
  }
}

function noSuchTenant(tenantId: string): Problem {
  return new Problem(404, `There is no tenant ${tenantId}.`);
}

/** A hint that cannot be published costs time only: the sweep finds the tenant. */
async function hint(tenantId: string, { bus }: Api): Promise<void> {
  try {
    await bus.publish({ kind: "tenant", tenant_id: tenantId });
  } catch (error) {
    log("WARNING", "a hint was not published; the sweep will find the tenant", {
      tenantId,
      ...errorFields(error),
    });
  }
}

function toView(tenant: Tenant): Record<string, unknown> {
  return {
    ...toStatusView(tenant),
    organization: tenant.organization,
    email: tenant.email,
    created_at: tenant.created_at.toISOString(),
    updated_at: tenant.updated_at.toISOString(),
  };
}

function toStatusView(tenant: Tenant): Record<string, unknown> {
  const { id, subdomain, status, site_url, error_message } = tenant;
  const { step, reason, retryable, generation } = tenant;
  return { id, subdomain, status, site_url, error_message, step, reason, retryable, generation };
}
