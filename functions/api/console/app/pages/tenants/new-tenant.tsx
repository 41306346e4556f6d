/**
 * What makes a tenant by hand, in the place of the company's frontend.
 *
 * @module
 */
import { defineAction } from "../../actions/action.ts";
import { createTenant } from "../../client/api-client.ts";
import { tenantHash } from "../../routing/route.ts";

export const NEW_TENANT = defineAction({
  name: "New tenant",
  consequence:
    "A site is made for this customer. It is at its subdomain as soon as its state is active.",
  fields: [
    { name: "organization", label: "Organization", kind: "text", isRequired: true },
    { name: "email", label: "E-mail of the customer", kind: "email", isRequired: true },
    {
      name: "subdomain",
      label: "Subdomain",
      kind: "text",
      help: "3 to 30 letters a to z, digits or hyphens. Left empty, it is made of the organization.",
    },
  ],
  request: ({ organization, email = "", subdomain = "" }, idempotencyKey, opts) =>
    createTenant(
      { organization, email, ...(subdomain === "" ? {} : { subdomain }) },
      { idempotencyKey },
      opts,
    ),
  show: ({ id, subdomain }) => (
    <p>
      <a href={tenantHash(id)}>Watch {subdomain}</a>
    </p>
  ),
});
