/**
 * The endpoint that keeps a tenant out of rollouts.
 *
 * @module
 */
import { reasonSchema } from "../../../shared/tenant/field-schemas.ts";
import { defineEndpoint } from "../http/endpoint.ts";
import { named } from "../http/named-schema.ts";
import { orNull } from "../http/or-null.ts";
import { problemSchema } from "../http/problem.ts";
import { invalid } from "../http/parse-input.ts";
import { parseTime, timeSchema } from "../http/time.ts";
import { answerCorrection, CORRECTION_ANSWERS } from "./answer-correction.ts";

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
    ...CORRECTION_ANSWERS,
    422: { description: "`errors` says what is invalid.", schema: problemSchema },
  },
  handle(call, dependencies) {
    const { reason, until: text } = call.body;
    const until = text ? parseTime("until", text) : null;
    if (until !== null && until <= new Date()) {
      throw invalid([{ pointer: "/until", message: "until must be in the future" }]);
    }
    return answerCorrection({ pin: { reason, until } }, call, dependencies);
  },
});
