/**
 * The endpoint that gives a user of a tenant's site a link by which to log in.
 *
 * @module
 */
import type { FromSchema } from "json-schema-to-ts";
import type { LoginLinkCommand } from "../../../shared/tenant/commands.ts";
import { emailSchema, reasonSchema } from "../../../shared/tenant/field-schemas.ts";
import { mainHost } from "../../../shared/tenant/names.ts";
import type { StoredAnswer } from "../../../shared/tenant/repeated-request.ts";
import { addSeconds } from "../../../shared/tenant/tenant.ts";
import type { Tenant } from "../../../shared/tenant/tenant.ts";
import { defineEndpoint } from "../http/endpoint.ts";
import type { ApiDependencies } from "../http/endpoint.ts";
import { named } from "../http/named-schema.ts";
import { orNull } from "../http/or-null.ts";
import { Problem, problemSchema } from "../http/problem.ts";
import { loginUrl, newLoginKey } from "./login-key.ts";
import type { LoginKey } from "./login-key.ts";
import { acceptedFields, answerCommand, toAccepted } from "./answer-command.ts";
import { NO_SUCH_TENANT } from "./tenant-answers.ts";

/** How long a site takes a key, unless it is set up otherwise. */
const LINK_SECONDS = 20 * 60;

const createLoginLinkSchema = named("CreateLoginLink", {
  type: "object",
  additionalProperties: false,
  description: "a JSON object",
  properties: { email: orNull(emailSchema), reason: orNull(reasonSchema) },
});
type Body = FromSchema<typeof createLoginLinkSchema>;

const loginLinkSchema = named("LoginLink", {
  type: "object",
  additionalProperties: false,
  required: ["success", "id", "status", "message", "url", "expires_at", "operation"],
  properties: {
    ...acceptedFields,
    url: { type: "string", description: "The link. It is told once and stored nowhere." },
    expires_at: {
      type: "string",
      format: "date-time",
      description:
        "20 minutes after the request. The link works from the end of its operation on, once, and for as long as the site's own setting says. By default that is 20 minutes, so at least until then.",
    },
  },
});

export const createLoginLink = defineEndpoint({
  method: "POST",
  path: "/tenants/{id}/login-links",
  summary: "Give a user of the site a link to log in by",
  description:
    "The user, the tenant's own unless `email` names another one, sets a password there and is logged in. `reason` is " +
    "required for anyone but the tenant's own. The link works when its operation has succeeded; for a user whom the " +
    "site does not have, it fails with the reason `UserNotFound`. A newer link takes the place of an older one.",
  body: createLoginLinkSchema,
  isBodyOptional: true,
  answers: {
    202: {
      description: "The link, which is being set.",
      schema: loginLinkSchema,
      headers: ["Location"],
    },
    404: NO_SUCH_TENANT,
    409: {
      description:
        "The tenant's state does not allow it, or the request is a repetition; `error` says which.",
      schema: problemSchema,
    },
    422: {
      description: "Some fields are not valid, or `reason` is missing; `errors` names them.",
      schema: problemSchema,
    },
  },
  async handle(call, dependencies) {
    const loginKey = newLoginKey();
    return answerCommand(toCommand(call.body, loginKey), call, dependencies, {
      answer: (tenant, { now }) => answerOf(tenant, now, loginKey, dependencies),
      toStored: (answer) => toBeStored(answer, loginKey),
      fromStored: (stored) => restored(stored, loginKey),
    });
  },
});

function toCommand({ email = null, reason = null }: Body, { hash }: LoginKey): LoginLinkCommand {
  return { name: "login-link", keyHash: hash, email, reason };
}

function answerOf(
  tenant: Tenant,
  askedAt: Date,
  loginKey: LoginKey,
  { settings }: ApiDependencies,
): StoredAnswer {
  const host = mainHost(tenant.spec, settings.baseDomain) ?? "";
  return toAccepted(tenant, {
    message: "The login link is being set.",
    url: loginUrl(host, loginKey),
    expires_at: addSeconds(askedAt, LINK_SECONDS).toISOString(),
  } satisfies Pick<FromSchema<typeof loginLinkSchema>, "message" | "url" | "expires_at">);
}

/** In the key's place its hash, by which a request knows its own record again. */
function toBeStored({ body, ...answer }: StoredAnswer, { key, hash }: LoginKey): StoredAnswer {
  return { ...answer, body: { ...body, url: String(body["url"]).replace(key, hash) } };
}

/**
 * The answer as it was before it was stored. The client library repeats a commit by itself, so what is on record may be
 * of this very request; of an earlier one the key is not known any more.
 */
function restored({ body, ...answer }: StoredAnswer, { key, hash }: LoginKey): StoredAnswer {
  const url = String(body["url"]);
  if (url.endsWith(hash)) return { ...answer, body: { ...body, url: url.replace(hash, key) } };
  throw new Problem(409, "The link was given once and is stored nowhere; ask for a new one.");
}
