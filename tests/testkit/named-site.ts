/**
 * A site with its host names, of which each test has a copy: made for its customer, or a standby's.
 *
 * @module
 */
import type { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Spec, Tenant } from "../../shared/tenant/tenant.ts";
import { createSiteBench, tenantNamed } from "./site-bench.ts";
import type { SiteBench, Work } from "./site-bench.ts";
import { fillingStandby } from "./some-standby.ts";
import { withParts } from "./tenant-parts.ts";

export const ACME = tenantNamed("acme", "0c16443d-3d8e-4c0d-b43c-ac1174140611");
/** A tenant that wants the same name. */
export const RIVAL = tenantNamed("acme", "11111111-2222-4333-8444-555555555555");
export const CREATE: Work = { kind: "create", tenant: ACME };

export interface Names {
  subdomain: string;
  former?: string[];
  domains?: string[];
}

/** The tenant with these names. */
export function named(
  { subdomain, former = [], domains = [] }: Names,
  tenant: Tenant = ACME,
): Tenant {
  const until = new Date(0);
  const former_subdomains = former.map((name) => ({ subdomain: name, until }));
  const spec: Partial<Spec> = { subdomain, former_subdomains, domains };
  return withParts(tenant, { spec });
}

export function rename(names: Names, generation = 2): Work {
  return { kind: "rename", tenant: named(names), generation };
}

/** Makes both sites before a suite's tests, and gives each test a bench with ACME's own. */
export function useNamedSite(test: ReturnType<typeof suite>) {
  let withSite: SiteBench;
  let withStandby: SiteBench;
  let bench: SiteBench;
  test.before(async () => {
    [withSite, withStandby] = [createSiteBench(), createSiteBench()];
    const standby = fillingStandby(new Date(0), { id: ACME.id });
    const made = [withSite.run(CREATE), withStandby.run({ kind: "create", tenant: standby })];
    for (const { status, output } of await Promise.all(made)) assert.is(status, 0, output);
  });
  test.before.each(() => {
    bench = createSiteBench(undefined, withSite);
  });
  test.after.each(() => bench.remove());
  test.after(() => {
    withSite.remove();
    withStandby.remove();
  });
  return {
    get bench() {
      return bench;
    },
    /** From now on the bench is one with a standby's site. */
    takeStandby(): void {
      bench.remove();
      bench = createSiteBench(undefined, withStandby);
    },
    /** Runs a site Job, which must succeed. */
    async succeed(work: Work): Promise<void> {
      const { status, output } = await bench.run(work);
      assert.is(status, 0, `${work.kind} of ${work.tenant.id}: ${output}`);
    },
  };
}
