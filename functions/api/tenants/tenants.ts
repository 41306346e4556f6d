/**
 * What callers can do with tenants.
 *
 * @module
 */
import { randomBytes, randomUUID } from "node:crypto";
import { errorFields, log } from "../../../shared/platform/log.ts";
import type { IdempotentRequest, StoredAnswer } from "../../../shared/tenant/repeated-request.ts";
import { isSettled, newTenant } from "../../../shared/tenant/tenant.ts";
import { siteHost, siteUrl } from "../../../shared/tenant/names.ts";
import type { Tenant } from "../../../shared/tenant/tenant.ts";
import type { Command } from "../../../shared/tenant/commands.ts";
import type { AnyCall, Api, ApiResponse, Call } from "../http/answer.ts";
import { parsePageToken, toPageToken } from "./page-token.ts";
import { Problem } from "../http/problem.ts";
import { RESERVED_SUBDOMAINS } from "./api-schemas.ts";
import type { Accepted, Created, TenantList, TenantStatus, TenantView } from "./api-schemas.ts";
import { invalid } from "../http/parse-input.ts";

/** How soon it is worth asking again while something is under way. */
const POLL_SECONDS = 5;

/** How many names are tried where the caller gave none, should one be taken. */
const NAMES_TRIED = 3;

export async function createTenant(call: Call<"createTenant">, api: Api): Promise<ApiResponse> {
  const { school_name, subdomain: wanted, ...rest } = call.body;
  // The schema demands one of its two names.
  const organization = rest.organization ?? school_name ?? "";
  for (const subdomain of subdomainsFor(wanted ?? null, api)) {
    const fields = { ...rest, organization, subdomain };
    const tenant = newTenant({ ...fields, id: randomUUID(), commandId: randomUUID() }, new Date());
    const answer = (stored: Tenant) => created(stored, api);
    const result = await api.store.createTenant(tenant, idempotent(call, answer));
    switch (result.outcome) {
      case "created":
        await publishTrigger(tenant.id, api);
        return answer(tenant);
      case "replayed":
        // The first time may have ended before its trigger was published.
        await publishTrigger(String(result.answer.body["id"]), api);
        return result.answer;
      case "key-reused":
        throw keyReused();
      case "subdomain-taken":
    }
  }
  throw new Problem(409, "The subdomain is already taken.", {
    errors: [{ pointer: "/subdomain", message: "subdomain is already taken" }],
  });
}

/** The name that the caller wants, or some that nobody will have. */
function subdomainsFor(subdomain: string | null, { settings }: Api): string[] {
  if (subdomain === null) {
    return Array.from({ length: NAMES_TRIED }, () => `org${randomBytes(4).toString("hex")}`);
  }
  const name = subdomain.toLowerCase();
  if (RESERVED_SUBDOMAINS.has(name) || settings.reservedSubdomains.includes(name)) {
    throw invalid([{ pointer: "/subdomain", message: "subdomain is a reserved name" }]);
  }
  return [name];
}

function created(tenant: Tenant, { settings }: Api): StoredAnswer {
  const site_url = siteUrl(siteHost(tenant.spec.subdomain, settings.baseDomain));
  const body: Created = {
    success: true,
    id: tenant.id,
    subdomain: tenant.spec.subdomain,
    status: tenant.status.phase,
    message: "The tenant is queued; its site is being made.",
    site_url,
    // The frontend of the service that this one replaces sends the browser there.
    tenant_url: site_url,
  };
  return { status: 201, headers: { Location: `/tenants/${tenant.id}` }, body };
}

export async function listTenants(
  { query }: Call<"listTenants">,
  { store }: Api,
): Promise<ApiResponse> {
  const { skip, limit, page_token, status, email } = query;
  if (page_token !== undefined && skip > 0) {
    throw invalid([{ pointer: "/skip", message: "skip must be left out beside page_token" }]);
  }
  const { tenants, total, next } = await store.listTenants({
    filter: { ...(status && { phase: status }), ...(email && { email }) },
    limit,
    from: page_token === undefined ? { skip } : { after: parsePageToken(page_token) },
  });
  const body: TenantList = {
    tenants: tenants.map(toView),
    total,
    skip,
    limit,
    has_more: next !== null,
    next_page_token: next === null ? null : toPageToken(next),
  };
  return { status: 200, body };
}

export async function readTenant(call: Call<"readTenant">, api: Api): Promise<ApiResponse> {
  const tenant = await find(call, api);
  return { status: 200, headers: pollHeaders(tenant), body: toView(tenant) };
}

export async function readTenantStatus(
  call: Call<"readTenantStatus">,
  api: Api,
): Promise<ApiResponse> {
  const tenant = await find(call, api);
  return { status: 200, headers: pollHeaders(tenant), body: toStatusView(tenant) };
}

function pollHeaders(tenant: Tenant): Record<string, string> {
  return isSettled(tenant) ? {} : { "Retry-After": String(POLL_SECONDS) };
}

export async function changeTenant(
  { tenantId, body }: Call<"changeTenant">,
  { store }: Api,
): Promise<ApiResponse> {
  const { school_name, ...rest } = body;
  const fields = { ...rest, ...(school_name && { organization: school_name }) };
  const result = await store.changeFields(tenantId, fields, new Date());
  if (result === null) throw noSuchTenant(tenantId);
  if (result.outcome === "refused") throw new Problem(409, result.why);
  return { status: 200, body: toView(result.tenant) };
}

export const deleteTenant = commandHandler("delete", "The tenant is being deleted.");
export const retryTenant = commandHandler("retry", "The tenant is tried again.");
export const suspendTenant = commandHandler("suspend", "The tenant is being suspended.");
export const resumeTenant = commandHandler("resume", "The tenant is being resumed.");

/** What records a command, and answers with the tenant's status as it is then. */
function commandHandler(command: Command, message: string) {
  return async (call: AnyCall, api: Api): Promise<ApiResponse> => {
    const issued = { commandId: randomUUID(), now: new Date() };
    const answer = ({ id, spec, status }: Tenant): StoredAnswer => {
      const isNew = spec.command_id === issued.commandId;
      const body: Accepted = {
        success: true,
        id,
        status: status.phase,
        message: isNew ? message : "Already requested.",
      };
      return { status: 202, headers: {}, body };
    };
    const { tenantId } = call;
    const request = idempotent(call, answer);
    const result = await api.store.runCommand(tenantId, command, issued, request);
    switch (result?.outcome) {
      case undefined:
        throw noSuchTenant(tenantId);
      case "refused":
        throw new Problem(409, result.why);
      case "key-reused":
        throw keyReused();
      case "replayed":
      case "changed":
      case "unchanged":
        // A deletion's trigger is its deletion record, which triggers cleanup.
        if (command !== "delete") await publishTrigger(tenantId, api);
        return result.outcome === "replayed" ? result.answer : answer(result.tenant);
    }
  };
}

function idempotent(
  { identity }: Pick<AnyCall, "identity">,
  answer: IdempotentRequest["answer"],
): IdempotentRequest | null {
  return identity === null ? null : { ...identity, now: new Date(), answer };
}

function keyReused(): Problem {
  return new Problem(422, "This Idempotency-Key was already used for another request.");
}

async function find({ tenantId }: Pick<AnyCall, "tenantId">, { store }: Api): Promise<Tenant> {
  const shown = await store.showTenant(tenantId);
  if (shown === null) throw noSuchTenant(tenantId);
  return shown.tenant;
}

function noSuchTenant(tenantId: string): Problem {
  return new Problem(404, `There is no tenant ${tenantId}.`);
}

/** A trigger that cannot be published costs time only: the resync finds the tenant. */
async function publishTrigger(tenantId: string, { bus }: Api): Promise<void> {
  try {
    await bus.publish({ kind: "tenant", tenant_id: tenantId });
  } catch (error) {
    log("WARNING", "TriggerNotPublished", {
      tenantId,
      ...errorFields(error),
    });
  }
}

function toView(tenant: Tenant): TenantView {
  const { organization, email, first_name, last_name } = tenant.profile;
  return {
    ...toStatusView(tenant),
    organization,
    email,
    first_name,
    last_name,
    created_at: tenant.created_at.toISOString(),
    updated_at: tenant.updated_at.toISOString(),
  };
}

function toStatusView({ id, spec, status }: Tenant): TenantStatus {
  return {
    id,
    subdomain: spec.subdomain,
    status: status.phase,
    site_url: status.site && spec.state !== "absent" ? siteUrl(status.site.host) : null,
    error_message: status.message,
    step: status.step,
    reason: status.reason,
    retryable: status.retryable,
    generation: spec.generation,
    observed_generation: status.observed_generation,
    desired: spec.state,
  };
}
