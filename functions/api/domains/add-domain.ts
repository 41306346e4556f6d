/**
 * The endpoint that gives a tenant a domain of its own.
 *
 * @module
 */
import { randomBytes, randomUUID } from "node:crypto";
import { askedAgain, newDomain } from "../../../shared/domains/domain.ts";
import type { Domain, DomainCommand } from "../../../shared/domains/domain.ts";
import { givenDomainSchema } from "../../../shared/domains/domain-schemas.ts";
import type { Stored, Version } from "../../../shared/reconciler/ports.ts";
import { isToGo } from "../../../shared/tenant/tenant.ts";
import type { Tenant } from "../../../shared/tenant/tenant.ts";
import { defineEndpoint } from "../http/endpoint.ts";
import type { ApiDependencies, Call } from "../http/endpoint.ts";
import { named } from "../http/named-schema.ts";
import { invalid } from "../http/parse-input.ts";
import { Problem, problemSchema } from "../http/problem.ts";
import type { ApiResponse } from "../http/response.ts";
import { NO_SUCH_TENANT, repeated } from "../tenants/tenant-answers.ts";
import { LOST_RACE, untilWritten } from "../tenants/until-written.ts";
import { acceptedDomain, requireCustomDomains, requireTenant } from "./domain-answers.ts";
import { domainViewSchema } from "./domain-view.ts";
import { sendTrigger } from "../../../shared/pubsub/send-trigger.ts";

/** How many domains a tenant may have. Of several that are asked for at once, one more may get through. */
const MAX_DOMAINS = 5;

const addDomainSchema = named("AddDomain", {
  type: "object",
  additionalProperties: false,
  description: "a JSON object",
  required: ["domain"],
  properties: { domain: givenDomainSchema },
});

export const addDomain = defineEndpoint({
  method: "POST",
  path: "/tenants/{id}/domains",
  summary: "Give a tenant a domain of its own",
  description:
    "`records` says what its owner has to set in the DNS. It is looked for in growing pauses, of a minute to an hour, " +
    "for 14 days; asked for once more, for another 14. A name with letters of other scripts is answered in ASCII.",
  body: addDomainSchema,
  answers: {
    202: {
      description: "The domain, as it is now.",
      schema: domainViewSchema,
      headers: ["Location"],
    },
    404: NO_SUCH_TENANT,
    409: {
      description:
        "The domain is another tenant's or is being removed, the tenant has five or is being deleted, or there are no custom domains here; `error` says which.",
      schema: problemSchema,
    },
    422: {
      description: "No customer may have such a domain; `errors` says why.",
      schema: problemSchema,
    },
  },
  async handle(call, dependencies) {
    requireCustomDomains(dependencies);
    const domain = await parse(call.body.domain, dependencies);
    const answer = await untilWritten(call.tenantId, () => add(domain, call, dependencies));
    // Also of a repetition, for the first time may have ended before its trigger was published.
    await sendTrigger("domains", call.tenantId, dependencies.bus);
    return answer;
  },
});

async function parse(given: string, { settings }: ApiDependencies): Promise<string> {
  const { parseDomain } = await import("./parse-domain.ts");
  const parsed = parseDomain(given, settings.baseDomain);
  if (parsed.ok) return parsed.domain;
  throw invalid([{ pointer: "/domain", message: `domain must ${parsed.why}` }]);
}

type Asking = Pick<Call, "tenantId" | "requestedBy" | "identity">;

async function add(
  name: string,
  call: Asking,
  dependencies: ApiDependencies,
): Promise<ApiResponse | typeof LOST_RACE> {
  const { store } = dependencies;
  const command = { commandId: randomUUID(), requestedBy: call.requestedBy, now: new Date() };
  const request = call.identity && { ...call.identity, now: command.now };
  const basis = await store.readDomainForCommand(name, request);
  if (basis.outcome !== "first-time") return repeated(basis);
  const tenant = await requireTenant(call.tenantId, dependencies);
  if (isToGo(tenant)) throw new Problem(409, "The tenant is being deleted.");
  if (basis.domain === null) return create(name, tenant, call, command, dependencies);
  return askAgain(basis.domain, basis.expiredRequest, tenant, call, command, dependencies);
}

async function create(
  name: string,
  tenant: Tenant,
  { identity }: Asking,
  command: DomainCommand,
  dependencies: ApiDependencies,
): Promise<ApiResponse | typeof LOST_RACE> {
  const { store } = dependencies;
  if ((await store.domainsOfTenant(tenant.id)).length >= MAX_DOMAINS) {
    throw new Problem(409, `The tenant has ${MAX_DOMAINS} domains already.`);
  }
  const token = `kairos-${randomBytes(16).toString("hex")}`;
  const domain = newDomain({ domain: name, tenantId: tenant.id, token, ...command }, command.now);
  const answer = acceptedDomain(domain, tenant, dependencies);
  const request = identity && { ...identity, now: command.now, answer };
  const created = await store.createDomain(domain, request);
  switch (created.outcome) {
    case "created":
      return answer;
    case "taken":
      // By whom, the next look tells.
      return LOST_RACE;
    case "replayed":
    case "key-reused":
      return repeated(created);
  }
}

/** The days until it is given up begin anew. */
async function askAgain(
  stored: Stored<Domain>,
  expiredRequest: Version | null,
  tenant: Tenant,
  { identity }: Asking,
  command: DomainCommand,
  dependencies: ApiDependencies,
): Promise<ApiResponse | typeof LOST_RACE> {
  const { domain, tenant_id, wanted } = stored.record;
  if (tenant_id !== tenant.id) throw new Problem(409, `${domain} is another tenant's.`);
  if (wanted === "absent") {
    throw new Problem(409, `${domain} is being removed; add it again when it is gone.`);
  }
  const changes = askedAgain(command);
  const answer = acceptedDomain({ ...stored.record, ...changes }, tenant, dependencies);
  const isWritten = await dependencies.store.writeDomainCommand({
    update: { domain: stored, changes },
    request: identity && { ...identity, now: command.now, answer },
    expiredRequest,
  });
  return isWritten ? answer : LOST_RACE;
}
