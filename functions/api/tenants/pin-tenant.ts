/**
 * The endpoint that keeps a tenant out of rollouts.
 *
 * @module
 */
import { reasonSchema } from "../../../shared/tenant/field-schemas.ts";
import { defineEndpoint } from "../http/endpoint.ts";
import { named } from "../http/named-schema.ts";
import { orNull } from "../http/or-null.ts";
import { Problem, problemSchema } from "../http/problem.ts";
import { invalid } from "../http/parse-input.ts";
import { parseTime, timeSchema } from "../http/time.ts";
import { recordCorrection } from "./record-correction.ts";
import { NO_SUCH_TENANT, noSuchTenant, NOT_ALLOWED } from "./tenant-answers.ts";
import { tenantSchema, toView } from "./tenant-view.ts";

const pinTenantSchema = named("PinTenant", {
  type: "object",
  additionalProperties: false,
  required: ["reason"],
  description: "a JSON object",
  properties: {
    reason: { ...reasonSchema, title: "Why it is to stay" },
    until: { ...orNull(timeSchema), title: "Until when; without it for as long as it is there" },
  },
});

export const pinTenant = defineEndpoint({
  method: "PUT",
  path: "/tenants/{id}/pin",
  summary: "Leave a tenant where it is when others are moved to another bench",
  description:
    "Rollouts pass it over, and list it, until then. Its own `POST /tenants/{id}/upgrade` moves it all the same.",
  body: pinTenantSchema,
  answers: {
    200: { description: "The tenant as it is now.", schema: tenantSchema },
    404: NO_SUCH_TENANT,
    409: NOT_ALLOWED,
    422: { description: "`errors` says what is invalid.", schema: problemSchema },
  },
  async handle({ tenantId, body }, { store }) {
    const now = new Date();
    const until = body.until ? parseTime("until", body.until) : null;
    if (until !== null && until <= now) {
      throw invalid([{ pointer: "/until", message: "until must be in the future" }]);
    }
    const pin = { reason: body.reason, until };
    const result = await recordCorrection(store, tenantId, { pin }, now);
    if (result === null) throw noSuchTenant(tenantId);
    if (result.outcome === "refused") throw new Problem(409, result.why);
    return { status: 200, body: toView(result.tenant) };
  },
});
