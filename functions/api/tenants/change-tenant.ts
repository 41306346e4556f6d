/**
 * The endpoint that corrects what a caller once said of a tenant.
 *
 * @module
 */
import { emailSchema, organizationSchema } from "../../../shared/tenant/field-schemas.ts";
import { defineEndpoint } from "../http/endpoint.ts";
import { named } from "../http/named-schema.ts";
import { Problem } from "../http/problem.ts";
import { recordCorrection } from "./record-correction.ts";
import { schoolNameSchema } from "./school-name.ts";
import { NO_SUCH_TENANT, noSuchTenant, NOT_ALLOWED } from "./tenant-answers.ts";
import { tenantSchema, toView } from "./tenant-view.ts";

const changeTenantSchema = named("ChangeTenant", {
  type: "object",
  additionalProperties: false,
  minProperties: 1,
  not: {
    required: ["organization", "school_name"],
    properties: { organization: {}, school_name: {} },
  },
  description:
    "a JSON object with at least one of organization and email, and only one of organization and school_name",
  properties: {
    organization: organizationSchema,
    school_name: schoolNameSchema,
    email: emailSchema,
  },
});

export const changeTenant = defineEndpoint({
  method: "PATCH",
  path: "/tenants/{id}",
  summary: "Correct a tenant's organization or e-mail",
  description: "Changes the record. A site that is already made keeps what it was made with.",
  body: changeTenantSchema,
  answers: {
    200: { description: "The tenant as it is now.", schema: tenantSchema },
    404: NO_SUCH_TENANT,
    409: NOT_ALLOWED,
  },
  async handle({ tenantId, body }, { store }) {
    const { school_name, ...rest } = body;
    const fields = { ...rest, ...(school_name && { organization: school_name }) };
    const result = await recordCorrection(store, tenantId, fields, new Date());
    if (result === null) throw noSuchTenant(tenantId);
    if (result.outcome === "refused") throw new Problem(409, result.why);
    return { status: 200, body: toView(result.tenant) };
  },
});
