/**
 * Gives a user of a tenant's site the key of a login link, of which only the hash is known here. Pure.
 *
 * @module
 */
import { isRequested, LOGIN_LINK_KIND } from "../../tenant/tenant.ts";
import { database, loginKey, tenantPassword, visited } from "../job-environment.ts";
import type { OperationDefinition } from "../operation-definition.ts";
import { COMMON, LOGIN, SITE } from "../script-parts.ts";

export const loginLink: OperationDefinition<typeof LOGIN_LINK_KIND> = {
  kind: LOGIN_LINK_KIND,
  isNeeded: (tenant) =>
    tenant.spec.state === "present" &&
    tenant.status.site !== null &&
    isRequested(tenant, LOGIN_LINK_KIND),
  queueRank: 1,
  maxAttempts: 3,
  deadlineSeconds: 600,
  secret: null,
  statusWhileWorking: () => ({}),
  // The site is as good as before.
  statusWhenGivenUp: () => ({}),
  // Its page was seen, so the site is still what it was.
  verified: ({ status: { site } }) => ({ site }),
  containers: [
    {
      // The apps' code runs here, so it knows no administrator.
      name: "site",
      script: [...COMMON, ...SITE, ...LOGIN, "login-link/login-link.sh"],
      limitSeconds: 480,
      environment: (source) => [
        ...database(source),
        tenantPassword(source),
        ...loginKey(source),
        ...visited(source),
      ],
    },
  ],
};
