/**
 * Creates a tenant's database and its site. Pure.
 *
 * @module
 */
import { siteHost } from "../../tenant/names.ts";
import { administrator, createdSite, tenantPassword, visited } from "../job-environment.ts";
import type { OperationDefinition } from "../operation-definition.ts";
import { COMMON, DATABASE, REDIS, SITE } from "../script-parts.ts";

export const create: OperationDefinition<"create"> = {
  kind: "create",
  isNeeded: ({ spec, status }) => spec.state !== "absent" && status.site === null,
  queueRank: 1,
  maxAttempts: 3,
  deadlineSeconds: 2400,
  makesSecret: true,
  statusWhileWorking: { phase: "provisioning" },
  statusWhenGivenUp: { phase: "failed" },
  verified: ({ spec }, { baseDomain }) => ({
    phase: "active",
    site: { host: siteHost(spec.subdomain, baseDomain), suspended: false },
  }),
  containers: [
    {
      name: "database",
      script: [...COMMON, ...DATABASE, ...REDIS, "create/create-database.sh"],
      limitSeconds: 300,
      environment: (source) => [...administrator(source), tenantPassword(source)],
    },
    {
      // The apps' code runs here, so it knows no administrator.
      name: "site",
      script: [...COMMON, ...SITE, "create/verify_apps.py", "create/create-site.sh"],
      limitSeconds: 1500,
      environment: (source) => [...createdSite(source), visited(source)],
    },
  ],
};
