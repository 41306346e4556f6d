/**
 * The endpoint that takes a domain from a tenant.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import { askedToGo } from "../../../shared/domains/domain.ts";
import { defineEndpoint } from "../http/endpoint.ts";
import type { ApiDependencies, Call } from "../http/endpoint.ts";
import { problemSchema } from "../http/problem.ts";
import type { ApiResponse } from "../http/response.ts";
import { repeated } from "../tenants/tenant-answers.ts";
import { LOST_RACE, untilWritten } from "../tenants/until-written.ts";
import {
  acceptedDomain,
  NO_SUCH_DOMAIN,
  noSuchDomain,
  requireCustomDomains,
  requireTenant,
} from "./domain-answers.ts";
import { domainViewSchema } from "./domain-view.ts";
import { sendTrigger } from "../../../shared/pubsub/send-trigger.ts";

export const removeDomain = defineEndpoint({
  method: "DELETE",
  path: "/tenants/{id}/domains/{domain}",
  summary: "Take a domain from a tenant",
  description:
    "The site leaves it, its certificate is deleted, and then it answers 404 and is free for any tenant.",
  answers: {
    202: {
      description: "The domain, which is being removed.",
      schema: domainViewSchema,
      headers: ["Location"],
    },
    404: NO_SUCH_DOMAIN,
    409: { description: "There are no custom domains here.", schema: problemSchema },
  },
  async handle(call, dependencies) {
    requireCustomDomains(dependencies);
    const answer = await untilWritten(call.tenantId, () => remove(call, dependencies));
    await sendTrigger("domains", call.tenantId, dependencies.bus);
    return answer;
  },
});

async function remove(
  { tenantId, domain: name, requestedBy, identity }: Omit<Call, "body" | "query">,
  dependencies: ApiDependencies,
): Promise<ApiResponse | typeof LOST_RACE> {
  const { store } = dependencies;
  const command = { commandId: randomUUID(), requestedBy, now: new Date() };
  const request = identity && { ...identity, now: command.now };
  const basis = await store.readDomainForCommand(name, request);
  if (basis.outcome !== "first-time") return repeated(basis);
  const tenant = await requireTenant(tenantId, dependencies);
  const { domain: stored, expiredRequest } = basis;
  if (stored?.record.tenant_id !== tenantId) throw noSuchDomain(tenantId, name);

  const isNew = stored.record.wanted === "present";
  const changes = isNew ? askedToGo(command) : {};
  const answer = acceptedDomain({ ...stored.record, ...changes }, tenant, dependencies);
  if (!isNew && request === null) return answer;
  const isWritten = await store.writeDomainCommand({
    update: isNew ? { domain: stored, changes } : null,
    request: request && { ...request, answer },
    expiredRequest,
  });
  return isWritten ? answer : LOST_RACE;
}
