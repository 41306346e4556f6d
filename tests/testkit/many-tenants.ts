/**
 * A whole company's tenants in the database, as many as there are to be: for what has to stay quick however many there are.
 *
 * @module
 */
import type { Firestore } from "@google-cloud/firestore";
import { databaseName, siteName } from "../../shared/tenant/names.ts";
import { addSeconds, DAY_SECONDS, newTenant } from "../../shared/tenant/tenant.ts";
import type { NamedTenant } from "../../shared/tenant/tenant.ts";
import { FAILURE } from "./stored-tenants.ts";
import { REQUESTER } from "./requester.ts";
import { siteAt } from "./some-site.ts";
import { evenId } from "./some-standby.ts";
import { withParts } from "./tenant-parts.ts";
import type { TenantParts } from "./tenant-parts.ts";

export interface ManyTenants {
  count: number;
  /** When the newest was made; the others were made over the three years before. */
  now: Date;
  /** Where their sites are, from the newest bench to the oldest. */
  benches?: readonly [string, ...string[]];
}

const AGE_SECONDS = 3 * 365 * DAY_SECONDS;

const FIRST = ["Acme", "Nord", "Bäckerei", "Café", "Grün", "Sun", "Blue", "Stern", "Van der", "O'"];
const SECOND = [
  "Mills",
  "Licht",
  "Trade",
  "Schmidt",
  "Foods",
  "Werke",
  "校友",
  "شركة",
  "Oak",
  "Logistics",
];
const FORM = ["GmbH", "Ltd", "& Co", "Inc", "S.A.", "AG", "Group", ""];
const HOST = ["example", "example.com", "example.org", "example.net"];

/**
 * The k-th of them, always the same. It is settled: nothing is under way, or due by itself. Nine in ten are active; the others
 * are suspended, have failed, or are deleted and can be brought back.
 */
export function kthTenant(k: number, { count, now, benches = ["main"] }: ManyTenants): NamedTenant {
  // Ids are in another order than ages, and names in a third one.
  const id = evenId((k * 7919) % count, count);
  const createdAt = addSeconds(now, -Math.floor((k * AGE_SECONDS) / count));
  const [first, second, form] = [of(FIRST, k), of(SECOND, k / 10), of(FORM, k / 7)];
  const organization = `${first} ${second} ${form} ${k}`.replaceAll(/ +/g, " ");
  const subdomain = `${ascii(first)}-${ascii(second)}-${k}`.replaceAll(/-+/g, "-");
  const tenant = newTenant(
    {
      id,
      commandId: id,
      requestedBy: REQUESTER,
      organization,
      subdomain,
      // Some customers have several tenants.
      email: `office@${ascii(first)}${Math.floor(k / 4)}.${of(HOST, k)}`,
      bench: benches[Math.floor((k * benches.length) / count)] ?? benches[0],
    },
    createdAt,
  );
  return withParts(tenant, settled(k, tenant));
}

function settled(k: number, { id, created_at, spec }: NamedTenant): TenantParts {
  const names = { name: siteName(id), database: databaseName(id), bench: spec.bench };
  const site = siteAt(spec.subdomain, names);
  const done = { observed_generation: 1, next_reconcile_at: null, next_backup_at: null };
  switch (k % 40) {
    case 7:
    case 21:
      return {
        spec: { state: "suspended" },
        status: { ...done, phase: "suspended", site: { ...site, suspended: true } },
      };
    case 13:
      return {
        status: {
          ...done,
          ...FAILURE,
          phase: "failed",
          reason: "SiteNotCreated",
          retryable: false,
        },
      };
    case 34: {
      const purge_at = addSeconds(created_at, 4 * AGE_SECONDS);
      return {
        spec: { state: "retained", retention: { from: "present", purge_at } },
        status: {
          ...done,
          phase: "deleted",
          site: { ...site, host: null, suspended: null, retained: true },
        },
      };
    }
    default:
      return { status: { ...done, phase: "active", site } };
  }
}

function of(texts: readonly string[], k: number): string {
  return texts[Math.floor(k) % texts.length] ?? "";
}

/** A part of a subdomain or a host name. */
function ascii(text: string): string {
  const plain = text
    .normalize("NFD")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, "");
  return plain === "" ? "x" : plain;
}

/** Puts them into the database, as fast as it takes them. */
export async function storeManyTenants(client: Firestore, many: ManyTenants): Promise<void> {
  const writer = client.bulkWriter({ throttling: false });
  for (let k = 0; k < many.count; k++) {
    const tenant = kthTenant(k, many);
    void writer.set(client.doc(`tenants/${tenant.id}`), tenant);
    // Many are under way at a time, but not all.
    if (k % 5000 === 4999) await writer.flush();
  }
  await writer.close();
}
