/**
 * The endpoint that corrects what a caller once said of a tenant.
 *
 * @module
 */
import {
  emailSchema,
  organizationSchema,
  timeZoneSchema,
} from "../../../shared/tenant/field-schemas.ts";
import { defineEndpoint } from "../http/endpoint.ts";
import { named } from "../http/named-schema.ts";
import { orNull } from "../http/or-null.ts";
import { problemSchema } from "../http/problem.ts";
import { requireTimeZone } from "../http/time-zone.ts";
import { answerCorrection, CORRECTION_ANSWERS } from "./answer-correction.ts";
import { schoolNameSchema } from "./school-name.ts";

const changeTenantSchema = named("ChangeTenant", {
  type: "object",
  additionalProperties: false,
  minProperties: 1,
  not: {
    required: ["organization", "school_name"],
    properties: { organization: {}, school_name: {} },
  },
  description:
    "a JSON object with at least one of organization, email, time_zone and canary, and only one of organization and school_name",
  properties: {
    organization: organizationSchema,
    school_name: schoolNameSchema,
    email: emailSchema,
    time_zone: {
      ...orNull(timeZoneSchema),
      title: "Where the customer's clocks are, by which rollouts keep their window",
    },
    canary: {
      type: "boolean",
      title: "Whether rollouts move the tenant before others",
      description: "true or false",
    },
  },
});

export const changeTenant = defineEndpoint({
  method: "PATCH",
  path: "/tenants/{id}",
  summary: "Correct a tenant's organization or e-mail, or how rollouts treat it",
  description: "Changes the record. A site that is already made keeps what it was made with.",
  body: changeTenantSchema,
  answers: {
    ...CORRECTION_ANSWERS,
    422: { description: "`errors` says what is invalid.", schema: problemSchema },
  },
  handle(call, dependencies) {
    const { school_name, ...rest } = call.body;
    if (rest.time_zone) requireTimeZone("time_zone", rest.time_zone);
    const fields = { ...rest, ...(school_name && { organization: school_name }) };
    return answerCorrection(fields, call, dependencies);
  },
});
