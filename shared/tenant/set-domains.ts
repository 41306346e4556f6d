/**
 * The control plane's own command by which a tenant's site gets the custom domains that are ready for it. Pure.
 *
 * @module
 */
import { changed, refused } from "./command-effect.ts";
import type { CommandEffect, CommandRequest } from "./command-effect.ts";
import { isSameList } from "./site-names.ts";
import { isFree, isToGo } from "./tenant.ts";
import type { Site, Tenant } from "./tenant.ts";

/**
 * Asks for these domains, of which the first is the main address. Not while a command is under way, which would begin
 * anew; and not before there is a site, so that none is made under a domain that may be gone by then.
 */
export function setDomains(
  tenant: Tenant,
  domains: string[],
  issued: CommandRequest,
): CommandEffect {
  const { spec, status } = tenant;
  if (isToGo(tenant)) return refused("The tenant is being deleted.");
  if (status.site === null) return refused("The tenant has no site yet.");
  if (isSameList(spec.domains, domains)) return { outcome: "unchanged" };
  if (!isFree(tenant)) return refused("A command of the tenant is under way.");
  return changed(tenant, issued, { domains }, { site: mayHave(status.site, spec.domains) });
}

/** What its site was to have it may have, also where the operation that was to give it has failed. */
function mayHave(site: Site, domains: readonly string[]): Site {
  return { ...site, domains: [...new Set([...site.domains, ...domains])] };
}
