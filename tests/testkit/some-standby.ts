/**
 * Standbys, filling or ready.
 *
 * @module
 */
import type { Firestore } from "@google-cloud/firestore";
import { randomUUID } from "node:crypto";
import { databaseName, siteName } from "../../shared/tenant/names.ts";
import { newStandby } from "../../shared/tenant/standby.ts";
import type { Standby, Tenant } from "../../shared/tenant/tenant.ts";
import { withParts } from "./tenant-parts.ts";
import type { TenantParts } from "./tenant-parts.ts";
import { DEFAULT_BENCH } from "../../shared/configuration/bench.ts";

/** What new sites have in tests. */
export const MADE_WITH: Standby = {
  bench: "main",
  image: "frappe/erpnext:v16.32.3",
  apps: ["erpnext"],
};

/** A standby whose site is not made yet. */
export function fillingStandby(now: Date, more: TenantParts = {}): Tenant {
  const id = more.id ?? randomUUID();
  return withParts(newStandby({ id, commandId: randomUUID(), standby: MADE_WITH }, now), more);
}

/** A standby that a customer may be given. */
export function readyStandby(now: Date, { status, ...more }: TenantParts = {}): Tenant {
  const id = more.id ?? randomUUID();
  const names = { host: null, subdomain: null, former_subdomains: [], domains: [] };
  return fillingStandby(now, {
    ...more,
    id,
    status: {
      phase: "active",
      site: {
        name: siteName(id),
        database: databaseName(id),
        ...names,
        suspended: false,
        retained: false,
        quiet: false,
        bench: DEFAULT_BENCH,
        apps: null,
      },
      observed_generation: 1,
      standby_key: id,
      next_reconcile_at: null,
      ...status,
    },
  });
}

/** A standby of which no site could be made. */
export function failedStandby(now: Date, more: TenantParts = {}): Tenant {
  return fillingStandby(now, {
    ...more,
    status: {
      phase: "failed",
      condition: "failed",
      reason: "SiteNotCreated",
      message: "no",
      retryable: false,
      observed_generation: 1,
    },
  });
}

/** The id of the k-th of so many that are evenly spread, so that every place to begin finds each as often. */
export function evenId(k: number, of: number): string {
  const first = Math.floor((k * 2 ** 32) / of).toString(16);
  return `${first.padStart(8, "0")}-0000-4000-8000-000000000000`;
}

/** Puts standbys into the database, however they are. */
export async function storeStandbys(client: Firestore, standbys: readonly Tenant[]): Promise<void> {
  for (let first = 0; first < standbys.length; first += 400) {
    const batch = client.batch();
    for (const one of standbys.slice(first, first + 400))
      batch.set(client.doc(`tenants/${one.id}`), one);
    await batch.commit();
  }
}
