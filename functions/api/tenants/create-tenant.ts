/**
 * The endpoint that creates a tenant.
 *
 * @module
 */
import { randomBytes, randomUUID } from "node:crypto";
import type { FromSchema } from "json-schema-to-ts";
import {
  backupIdSchema,
  emailSchema,
  firstNameSchema,
  lastNameSchema,
  operationIdSchema,
  organizationSchema,
  subdomainSchema,
  tenantIdSchema,
} from "../../../shared/tenant/field-schemas.ts";
import type { StoredAnswer } from "../../../shared/tenant/repeated-request.ts";
import { currentBench } from "../../../shared/configuration/bench.ts";
import type { Bench } from "../../../shared/configuration/bench.ts";
import { siteHost, siteUrl } from "../../../shared/tenant/names.ts";
import { asCopy } from "../../../shared/tenant/tenant-copy.ts";
import type { CopySource } from "../../../shared/tenant/tenant-copy.ts";
import { newTenant } from "../../../shared/tenant/tenant.ts";
import type { Tenant } from "../../../shared/tenant/tenant.ts";
import { currentOperationId } from "../history/current-operation.ts";
import { defineEndpoint } from "../http/endpoint.ts";
import type { ApiDependencies, Call } from "../http/endpoint.ts";
import { named } from "../http/named-schema.ts";
import { orNull } from "../http/or-null.ts";
import { Problem, problemSchema } from "../http/problem.ts";
import type { ApiResponse } from "../http/response.ts";
import { benchForNew } from "./bench-for-new.ts";
import { findCopySource } from "./copy-source.ts";
import { loginUrl, newLoginKey } from "./login-key.ts";
import type { LoginKey } from "./login-key.ts";
import { RESERVED_SUBDOMAINS, toSubdomain } from "./reserved-subdomains.ts";
import { schoolNameSchema } from "./school-name.ts";
import { takeStandby } from "./take-standby.ts";
import type { Asked, Taken } from "./take-standby.ts";
import { keyReused } from "./tenant-answers.ts";
import { statusSchema } from "./tenant-view.ts";
import { sendTrigger } from "../../../shared/pubsub/send-trigger.ts";

export const createTenantSchema = named("CreateTenant", {
  type: "object",
  additionalProperties: false,
  description: "a JSON object",
  required: ["email"],
  oneOf: [{ required: ["organization"] }, { required: ["school_name"] }],
  properties: {
    organization: organizationSchema,
    school_name: schoolNameSchema,
    subdomain: orNull(subdomainSchema),
    email: emailSchema,
    first_name: orNull(firstNameSchema),
    last_name: orNull(lastNameSchema),
    login_link: {
      type: "boolean",
      description:
        "true, for a link by which the customer logs in as soon as the site is there, or false",
    },
    from_backup: orNull({
      ...backupIdSchema,
      title: "The backup that the site is made of, of whichever tenant: it is quiet then",
    }),
  },
});

const givenLinkSchema = {
  type: "object",
  additionalProperties: false,
  required: ["url", "expires_at"],
  description: "Where `login_link` was asked for.",
  properties: {
    url: {
      type: ["string", "null"],
      description: "The link, which is told once: null in the answer to a repetition.",
    },
    expires_at: {
      type: ["string", "null"],
      format: "date-time",
      description:
        "Always null: the link works from when the status is `active`, once, and for as long as the site's own setting says, which is 20 minutes by default.",
    },
  },
} as const;

const createdSchema = named("Created", {
  type: "object",
  additionalProperties: false,
  required: [
    "success",
    "id",
    "subdomain",
    "status",
    "message",
    "site_url",
    "tenant_url",
    "operation",
  ],
  properties: {
    success: { type: "boolean", const: true },
    id: tenantIdSchema,
    subdomain: { type: "string" },
    status: statusSchema,
    message: { type: "string" },
    site_url: { type: "string", description: "Where the site will be." },
    tenant_url: {
      type: "string",
      description:
        "The same as `site_url`, where an older frontend sends the browser. `Location` has the tenant's path.",
    },
    operation: { ...operationIdSchema, description: "The operation that makes the site." },
    login_link: givenLinkSchema,
  },
});

/** How many names are tried where the caller gave none, should one be taken. */
const NAMES_TRIED = 3;

export const createTenant = defineEndpoint({
  method: "POST",
  path: "/tenants",
  summary: "Create a tenant",
  description:
    "Its site is made in the background; watch its status. Without a `subdomain` one is made. " +
    "`school_name` is the older name of `organization`. With `from_backup` the site is made of a backup, of any tenant, also of one that is " +
    "gone. Its users are the backup's, and it is quiet: it sends no mail, runs no scheduled jobs and calls no webhooks until " +
    "`POST /tenants/{id}/resume`. Reserved subdomains, beside what the service is set up " +
    `with, are ${[...RESERVED_SUBDOMAINS].join(", ")}.`,
  body: createTenantSchema,
  answers: {
    201: { description: "The tenant is queued.", schema: createdSchema, headers: ["Location"] },
    409: {
      description:
        "The subdomain is taken; or, with `from_backup`, the backup is not whole, or `BACKUP_BUCKET` is not set.",
      schema: problemSchema,
    },
  },
  async handle(call, dependencies) {
    const found = await findCopySource(call.body, call, dependencies);
    if (found.outcome === "replayed") return replayed(found.answer, dependencies);
    for (const subdomain of subdomainsFor(call.body.subdomain ?? null, dependencies)) {
      const response = await createWith(subdomain, found.source, call, dependencies);
      if (response !== null) return response;
    }
    throw new Problem(409, "The subdomain is already taken.", {
      errors: [{ pointer: "/subdomain", message: "subdomain is already taken" }],
    });
  },
});

/** The name that the caller wants, or some that nobody will have. */
function subdomainsFor(subdomain: string | null, { settings }: ApiDependencies): string[] {
  if (subdomain === null) {
    return Array.from({ length: NAMES_TRIED }, () => `org${randomBytes(4).toString("hex")}`);
  }
  return [toSubdomain(subdomain, settings)];
}

/** Null where the name is taken. */
async function createWith(
  subdomain: string,
  source: CopySource | null,
  { body, requestedBy, identity }: Call<FromSchema<typeof createTenantSchema>>,
  dependencies: ApiDependencies,
): Promise<ApiResponse | null> {
  const { school_name, login_link = false, from_backup: _, ...rest } = body;
  // The schema demands one of its two names.
  const organization = rest.organization ?? school_name ?? "";
  const loginKey = login_link ? newLoginKey() : null;
  const fields = { ...rest, organization, subdomain, loginKeyHash: loginKey?.hash };
  const now = new Date();
  const asked: Asked = {
    tenant: { ...fields, commandId: randomUUID(), requestedBy },
    now,
    requestFor: (tenant) =>
      identity && { ...identity, now, answer: toBeStored(created(tenant, loginKey, dependencies)) },
  };
  const { result, tenant } = await takeOrCreate(asked, source, dependencies);
  switch (result.outcome) {
    case "created":
      await sendTrigger("tenant", tenant.id, dependencies.bus);
      return created(tenant, loginKey, dependencies);
    case "replayed":
      return replayed(result.answer, dependencies);
    case "key-reused":
      throw keyReused();
    case "subdomain-taken":
      return null;
  }
}

/** The answer of the first time, which may have ended before its trigger was published. */
async function replayed(answer: StoredAnswer, { bus }: ApiDependencies): Promise<ApiResponse> {
  await sendTrigger("tenant", String(answer.body["id"]), bus);
  return answer;
}

/** A copy is made of nothing that the pool has. */
async function takeOrCreate(
  asked: Asked,
  source: CopySource | null,
  dependencies: ApiDependencies,
): Promise<Taken> {
  const isOfPool = source === null;
  const current = currentBench(dependencies.settings.benches);
  const taken = isOfPool ? await takeStandby(asked, current, dependencies) : null;
  if (taken !== null) return taken;
  const bench = await benchForNew(dependencies);
  const isOther = isOfPool && bench !== current;
  const other = isOther ? await takeStandby(asked, bench, dependencies) : null;
  return other ?? createNew(asked, bench, source, dependencies);
}

/** A tenant of which nothing exists yet. */
async function createNew(
  { tenant: asked, now, requestFor }: Asked,
  { name: bench }: Bench,
  source: CopySource | null,
  { store }: ApiDependencies,
): Promise<Taken> {
  const made = newTenant({ ...asked, bench, id: randomUUID() }, now);
  const tenant = source === null ? made : asCopy(made, source);
  const result = await store.createTenant(tenant, requestFor(tenant));
  // It may be the record of this very request, of which the commit was repeated.
  const isOwn = result.outcome === "replayed" && result.answer.body["id"] === tenant.id;
  return { result: isOwn ? { outcome: "created" } : result, tenant };
}

function created(
  tenant: Tenant,
  loginKey: LoginKey | null,
  { settings }: ApiDependencies,
): StoredAnswer {
  // Every tenant that a caller asks for has one.
  const subdomain = tenant.spec.subdomain ?? "";
  const host = siteHost(subdomain, settings.baseDomain);
  const site_url = siteUrl(host);
  const body: FromSchema<typeof createdSchema> = {
    success: true,
    id: tenant.id,
    subdomain,
    status: tenant.status.phase,
    message: "The tenant is queued; its site is being made.",
    site_url,
    // The frontend of the service that this one replaces sends the browser there.
    tenant_url: site_url,
    operation: currentOperationId(tenant),
    ...(loginKey && { login_link: { url: loginUrl(host, loginKey), expires_at: null } }),
  };
  return { status: 201, headers: { Location: `/tenants/${tenant.id}` }, body };
}

/** Without the key of a login link, which is written nowhere. */
function toBeStored(answer: StoredAnswer): StoredAnswer {
  if (!("login_link" in answer.body)) return answer;
  return { ...answer, body: { ...answer.body, login_link: { url: null, expires_at: null } } };
}
