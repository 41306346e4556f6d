/**
 * What of benches the records of tenants say: how many sites are there, and which versions of its apps they have.
 *
 * @module
 */
import type { Firestore } from "@google-cloud/firestore";
import { isMapOfTexts } from "../tenant/field-checks.ts";
import type { AppVersions } from "../tenant/app-versions.ts";
import { call } from "./firestore-calls.ts";

/** How many sites a bench has. */
export interface BenchCounts {
  /** Those that are there, whatever becomes of them: also of who is deleted, as long as that can be taken back. */
  sites: number;
  /** The tenants whose sites are there, or are to be. */
  tenants: number;
}

/** Of so many sites one will have been looked at. */
const LOOKED_AT = 5;

export function openBenches(firestore: Firestore) {
  const tenants = firestore.collection("tenants");
  const siteIn = (bench: string) => tenants.where("status.site.bench", "==", bench);

  /** Counts the sites of a bench. */
  async function countBench(bench: string): Promise<BenchCounts> {
    const [sites, wanted] = await Promise.all(
      [siteIn(bench), tenants.where("spec.bench", "==", bench)].map(
        async (query) => (await call(query.count().get())).data().count,
      ),
    );
    return { sites: sites ?? 0, tenants: Math.max(sites ?? 0, wanted ?? 0) };
  }

  /** The apps of a site in the bench, with their versions; null where nobody has looked. All sites of a bench run the same code. */
  async function appsOfBench(bench: string): Promise<AppVersions | null> {
    const { docs } = await call(siteIn(bench).select("status.site.apps").limit(LOOKED_AT).get());
    const found: unknown[] = docs.map((document) => document.get("status.site.apps"));
    return (found.find(isMapOfTexts) as AppVersions | undefined) ?? null;
  }

  /** Whether a site is there that works, or has worked. */
  async function hasSite(bench: string): Promise<boolean> {
    return !(await call(siteIn(bench).select().limit(1).get())).empty;
  }

  return { hasSite, countBench, appsOfBench };
}
