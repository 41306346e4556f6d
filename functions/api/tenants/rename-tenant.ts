/**
 * The endpoint that gives a tenant another subdomain.
 *
 * @module
 */
import { FORMER_NAME_DAYS } from "../../../shared/tenant/commands.ts";
import { subdomainSchema } from "../../../shared/tenant/field-schemas.ts";
import { defineEndpoint } from "../http/endpoint.ts";
import { named } from "../http/named-schema.ts";
import { problemSchema } from "../http/problem.ts";
import { acceptedFields, answerCommand, toAccepted } from "./answer-command.ts";
import { toSubdomain } from "./reserved-subdomains.ts";
import { NO_SUCH_TENANT } from "./tenant-answers.ts";

const renameSchema = named("Rename", {
  type: "object",
  additionalProperties: false,
  description: "a JSON object",
  required: ["subdomain"],
  properties: { subdomain: subdomainSchema },
});

const renamedSchema = named("Renamed", {
  type: "object",
  additionalProperties: false,
  required: ["success", "id", "status", "message", "operation", "subdomain"],
  properties: { ...acceptedFields, subdomain: { type: "string" } },
});

export const renameTenant = defineEndpoint({
  method: "PUT",
  path: "/tenants/{id}/subdomain",
  summary: "Give the tenant another subdomain",
  description:
    "The site answers at the new name, then the old one leads to it for " +
    `${FORMER_NAME_DAYS} days; until they are over, nobody else can have it. Whoever is logged in at the old name has to ` +
    "log in anew, and addresses that others keep, such as an OAuth redirect URI, have to be changed.",
  body: renameSchema,
  answers: {
    202: {
      description: "Accepted. `site_url` changes when it is done, and verified.",
      schema: renamedSchema,
      headers: ["Location"],
    },
    404: NO_SUCH_TENANT,
    409: {
      description:
        "The subdomain is taken, or the tenant's state does not allow it; `error` says which.",
      schema: problemSchema,
    },
  },
  handle(call, dependencies) {
    const subdomain = toSubdomain(call.body.subdomain, dependencies.settings);
    return answerCommand({ name: "rename", subdomain }, call, dependencies, {
      answer(tenant, { commandId }) {
        const isNew = tenant.spec.command_id === commandId;
        const message = isNew ? "The tenant is being renamed." : "Already requested.";
        return toAccepted(tenant, { message, subdomain });
      },
    });
  },
});
