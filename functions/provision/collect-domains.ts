/**
 * The garbage collection's part in custom domains.
 *
 * @module
 */
import { reconcileOneDomain } from "../../shared/runtime/reconcile-domains.ts";
import type { Dependencies } from "../../shared/runtime/run-reconcile.ts";
import { isTenantId } from "../../shared/tenant/names.ts";
import { isGone } from "./findings.ts";
import type { Findings } from "./findings.ts";

/** Custom domains of tenants that are gone. One that was given up is due at no time. */
export async function* leftDomains(dependencies: Dependencies): Findings {
  const { store, domains } = dependencies;
  if (!domains) return;
  for await (const { domain, tenantId } of store.domains()) {
    if (!isTenantId(tenantId) || !(await isGone(tenantId, store))) continue;
    await reconcileOneDomain(domain, dependencies);
    yield { event: "DomainOfMissingTenant", tenantId, domain };
  }
}

/** What was made at Certificate Manager for domains that are not there: a reconcile went on after the end of one. */
export async function* leftCertificates({ store, domains }: Dependencies, before: Date): Findings {
  if (!domains) return;
  const left = new Set<string>();
  for await (const { domain, createdAt } of domains.certificates.listMade()) {
    if (createdAt < before) left.add(domain);
  }
  for (const domain of left) {
    if ((await store.showDomain(domain)) !== null) continue;
    for (const action of ["deleteEntry", "deleteCertificate", "deleteAuthorization"] as const) {
      // What still goes on is done tomorrow.
      if (!(await domains.certificates.carryOut(action, domain))) break;
    }
    yield { event: "OrphanedCertificateRemoved", domain };
  }
}
