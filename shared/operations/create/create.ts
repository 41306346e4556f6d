/**
 * Creates a tenant's database and its site. Pure.
 *
 * @module
 */
import { namelessSite, verifiedSite } from "../../tenant/site-names.ts";
import { isUnfinishedCopy } from "../../tenant/tenant-copy.ts";
import { LOGIN_LINK_KIND, requestDone } from "../../tenant/tenant.ts";
import {
  administrator,
  customer,
  database,
  databaseTls,
  loginKey,
  plain,
  tenantPassword,
  visited,
  siteNames,
} from "../job-environment.ts";
import type { OperationDefinition } from "../operation-definition.ts";
import {
  APP_VERSIONS,
  COMMON,
  CUSTOMER,
  DATABASE,
  GOLDEN,
  HOSTS,
  LOGIN,
  REDIS,
  SITE,
} from "../script-parts.ts";

export const create: OperationDefinition<"create"> = {
  kind: "create",
  isNeeded: ({ spec, status }) => spec.state !== "absent" && status.site === null,
  queueRank: 1,
  maxAttempts: 3,
  deadlineSeconds: 2400,
  secret: "passwords",
  statusWhileWorking: () => ({ phase: "provisioning" }),
  statusWhenGivenUp: () => ({ phase: "failed" }),
  verified: (tenant, settings) => ({
    ...(isUnfinishedCopy(tenant)
      ? { site: namelessSite(tenant, settings) }
      : { phase: "active", site: verifiedSite(tenant, false, settings) }),
    ...(tenant.spec.state === "standby" && { standby_key: tenant.id }),
    // A link that was asked for with the tenant, it has set.
    ...requestDone(tenant, LOGIN_LINK_KIND),
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
      script: [
        ...COMMON,
        ...SITE,
        ...HOSTS,
        ...CUSTOMER,
        ...LOGIN,
        ...GOLDEN,
        ...APP_VERSIONS,
        "create/verify_apps.py",
        "create/create-site.sh",
      ],
      limitSeconds: 1500,
      environment: (source) => [
        ...database(source),
        ...databaseTls(source),
        tenantPassword(source),
        plain("IMAGE", source.bench.image),
        plain("APPS", source.bench.apps.join(" ")),
        ...customer(source),
        ...siteNames(source),
        ...loginKey(source),
        ...visited(source),
      ],
    },
  ],
};
