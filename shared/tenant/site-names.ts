/**
 * The names of a tenant's site: those that are wanted, those that were verified, and those that nobody else may have
 * meanwhile. Pure.
 *
 * @module
 */
import { currentDatabase } from "./site-database.ts";
import { mainHost, siteName } from "./names.ts";
import { benchOf } from "./tenant.ts";
import type { Site, SiteNames, Spec, Tenant } from "./tenant.ts";

/** The names that a site is to have. */
export function wantedNames({ subdomain, former_subdomains, domains }: Spec): SiteNames {
  return {
    subdomain,
    former_subdomains: former_subdomains.map((former) => former.subdomain),
    domains,
  };
}

/** Whether a site has the names that it is to have. */
export function hasWantedNames(spec: Spec, site: SiteNames): boolean {
  const wanted = wantedNames(spec);
  return (
    site.subdomain === wanted.subdomain &&
    isSameList(site.former_subdomains, wanted.former_subdomains) &&
    isSameList(site.domains, wanted.domains)
  );
}

/** Whether two lists of texts are the same, in order. */
export function isSameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name, index) => name === other[index]);
}

/** The site as a success verifies it that has given it the names it is to have. */
export function verifiedSite(
  { id, spec, status }: Tenant,
  suspended: boolean,
  { baseDomain }: { baseDomain: string },
): Site {
  const names = wantedNames(spec);
  return {
    name: siteName(id),
    bench: benchOf({ spec, status }),
    apps: status.site?.apps ?? null,
    database: currentDatabase({ id, status }),
    host: mainHost(names, baseDomain),
    ...names,
    suspended,
    retained: false,
    quiet: status.site?.quiet ?? false,
  };
}

/** The site as a success verifies it that nobody reaches yet. */
export function namelessSite(tenant: Tenant, settings: { baseDomain: string }): Site {
  const nobodys = { host: null, subdomain: null, former_subdomains: [], domains: [] };
  return { ...verifiedSite(tenant, false, settings), ...nobodys };
}

/**
 * The subdomains that are a tenant's: those that it is to have, and those that may still lead to its site. Each has its
 * reservation, and it is set free in the write after which it is not among them any more.
 */
export function heldSubdomains({
  spec,
  status: { site },
}: Pick<Tenant, "spec" | "status">): string[] {
  const { subdomain, former_subdomains } = wantedNames(spec);
  const held = [
    subdomain,
    ...former_subdomains,
    site?.subdomain,
    ...(site?.former_subdomains ?? []),
  ];
  return [...new Set(held.filter((name) => typeof name === "string"))];
}
