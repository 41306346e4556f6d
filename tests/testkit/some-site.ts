/**
 * A site as a record says it was verified.
 *
 * @module
 */
import { siteHost } from "../../shared/tenant/names.ts";
import type { Site } from "../../shared/tenant/tenant.ts";
import { DEFAULT_BENCH } from "../../shared/configuration/bench.ts";

/** A site that works under a subdomain of kairos.app. */
export function siteAt(subdomain: string, more: Partial<Site> = {}): Site {
  const { name = "tn00000000000040008000000000000001" } = more;
  return {
    name,
    bench: DEFAULT_BENCH,
    apps: null,
    // Its first one is called as the site.
    database: name,
    host: siteHost(subdomain, "kairos.app"),
    subdomain,
    former_subdomains: [],
    domains: [],
    suspended: false,
    retained: false,
    quiet: false,
    ...more,
  };
}
