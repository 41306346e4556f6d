/**
 * Upgrades of ACME's site: what moves it from the bench `main` to the bench `next`, and what takes it back.
 *
 * @module
 */
import { readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { siteName } from "../../shared/tenant/names.ts";
import { withChanges } from "../../shared/tenant/tenant.ts";
import type { Tenant } from "../../shared/tenant/tenant.ts";
import { ACME, CREATE } from "../crash/crash-injection.ts";
import type { Ground } from "../crash/grounds.ts";
import { createSiteBench } from "./site-bench.ts";
import type { SiteBench, Work } from "./site-bench.ts";
import { siteAt } from "./some-site.ts";

export const SITE = siteName(ACME.id);
export const NEXT = "next";

/** What the migration to `next` does, one after the other. */
export const PATCHES = [
  "frappe.patches.v16.one",
  "frappe.patches.v16.two",
  "erpnext.patches.v16.three",
];

/** What is in an image of the newer version. */
const NEWER = {
  frappe: { version: "16.2.0", patches: PATCHES.slice(0, 2) },
  erpnext: { version: "16.10.0", patches: PATCHES.slice(2) },
};

export interface Way {
  from?: string;
  to?: string;
  suspended?: boolean | null;
}

/** ACME, on its way. */
export function between({ from = "main", to = NEXT, suspended = false }: Way = {}): Tenant {
  const begun = { from, to, under_way: true, failure: null };
  const site = siteAt("acme", { name: SITE, bench: from, suspended });
  return withChanges(ACME, { spec: { bench: to }, status: { site, upgrade: begun } });
}

export function upgrade(way: Way = {}, attempt = 1): Work {
  return { kind: "upgrade", tenant: between(way), generation: 2, attempt };
}

/** Under the same generation, and so with an attempt that is higher than those of the upgrade. */
export function revert(way: Way = {}, attempt = 4): Work {
  const tenant = between(way);
  const { upgrade: begun } = tenant.status;
  const at = new Date(0);
  const failure = {
    at,
    step: null,
    patch: null,
    reason: "MigrationFailed",
    message: null,
    retryable: false,
    operation: "",
  };
  const failed = begun && { ...begun, failure };
  return {
    kind: "revert",
    tenant: withChanges(tenant, { status: { upgrade: failed } }),
    generation: 2,
    attempt,
  };
}

/** ACME's site in `main`, and an image of `next` that has newer versions. */
export async function benchesWithSite(ground?: Ground): Promise<SiteBench> {
  const bench = createSiteBench(ground?.database);
  bench.setImage("main", { frappe: { version: "16.1.0" }, erpnext: { version: "16.0.0" } });
  bench.addBench(NEXT);
  bench.setImage(NEXT, NEWER);
  const { status, output } = await bench.run(CREATE);
  if (status !== 0) throw new Error(output);
  for (const folder of ["public", "private"])
    writeFileSync(join(bench.site(ACME), folder, "files/kept"), folder);
  return bench;
}

/** Leaves the site as a restore does that has brought an older one than its bench's image is for: it is to be migrated in its place. */
export async function leaveForMigration(bench: SiteBench): Promise<void> {
  bench.setImage("main", NEWER);
  const closing = { kind: "suspend", tenant: between({ to: "main" }), generation: 1, attempt: 9 };
  const { status, output } = await bench.run(closing as Work);
  if (status !== 0) throw new Error(output);
}

/** The site's configuration in that bench. */
export function configIn(bench: SiteBench, name: string): Record<string, unknown> {
  const path = join(bench.siteIn(name, ACME), "site_config.json");
  return JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
}

/** Where the site's names lead. */
export function leadTo(bench: SiteBench): string {
  return readlinkSync(join(bench.volume.tenants, SITE, "current"));
}

export const linkTo = (bench: string) => `../../benches/${bench}/sites/${SITE}`;

/** What the migrations have done in the database of the fake. */
export function patched(bench: SiteBench): string[] {
  try {
    return readFileSync(join(bench.databases, "databases", SITE, "tabPatched"), "utf8")
      .split("\n")
      .slice(0, -1);
  } catch {
    return [];
  }
}

/** All of it. */
export const MIGRATED = PATCHES.flatMap((patch) => [`${patch} began`, `${patch} ended`]);

/** Where something is on the volume that is the tenant's own, beside its site. */
export function ownThing(bench: SiteBench, path: string): string {
  return join(bench.volume.tenants, SITE, ACME.id, path);
}
