/**
 * Joins the reconcile of custom domains to the adapters.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import type { CertificateManager } from "../certificates/certificate-manager.ts";
import type { Dns } from "../dns/dns.ts";
import { servedDomains } from "../domains/domain.ts";
import type { Domain } from "../domains/domain.ts";
import type { DomainDecision } from "../domains/observed-domain.ts";
import { reconcileDomain } from "../domains/reconcile-domain.ts";
import type { DomainPorts } from "../domains/reconcile-domain.ts";
import { AdapterError, isStoreUnusable } from "../platform/errors.ts";
import { errorFields, log } from "../platform/log.ts";
import type { Bus } from "../pubsub/bus.ts";
import type { Store } from "../firestore/store.ts";
import { addSeconds } from "../tenant/tenant.ts";
import { setDomains } from "../tenant/set-domains.ts";
import { sendTrigger } from "../pubsub/send-trigger.ts";

export interface DomainDependencies {
  store: Store;
  bus: Pick<Bus, "publish">;
  /** Not there where custom domains are not set up. */
  domains?: { dns: Dns; certificates: CertificateManager } | null | undefined;
}

/** Who asks, in the history of a tenant whose domains change. */
const REQUESTED_BY = { name: "domains", request_id: null, reason: null };

/** How long a domain is left alone that could not be looked at. */
const PUT_OFF_SECONDS = 600;

/** Reconciles the custom domains of a tenant, also of one that is gone. Throws only when the database does not answer. */
export async function reconcileDomainsOf(
  tenantId: string,
  dependencies: DomainDependencies,
): Promise<void> {
  if (!dependencies.domains) return;
  for (const { domain } of await dependencies.store.domainsOfTenant(tenantId)) {
    await reconcileOneDomain(domain, dependencies);
  }
}

/** Reconciles one custom domain. Throws only when the database does not answer; after any other failure it is put off. */
export async function reconcileOneDomain(
  domain: string,
  dependencies: DomainDependencies,
): Promise<void> {
  const ports = domainPorts(dependencies);
  if (ports === null) return;
  try {
    await reconcileDomain(domain, ports);
  } catch (error) {
    if (isStoreUnusable(error)) throw error;
    log("WARNING", "DomainNotReconciled", { domain, ...errorFields(error) });
    await dependencies.store.putOffDomain(domain, addSeconds(new Date(), PUT_OFF_SECONDS));
  }
}

/** What a reconcile works with; null where custom domains are not set up. */
export function domainPorts({ store, bus, domains }: DomainDependencies): DomainPorts | null {
  if (!domains) return null;
  const { dns, certificates } = domains;
  return {
    now: () => new Date(),
    readDomain: store.readDomain,
    writeDomain: store.writeDomain,
    readTenant: store.readTenant,
    lookUp: (domain) => dns.lookUp(domain),
    readCertificate: (domain) => certificates.readCertificate(domain),
    async carryOut(action, stored) {
      const { domain, tenant_id: tenantId } = stored.record;
      switch (action) {
        case "commandTenant":
          return commandTenant(tenantId, { store, bus });
        case "deleteRecord": {
          const isFree = await store.deleteDomain(stored);
          if (isFree) log("INFO", "DomainRemoved", { domain, tenantId });
          return isFree;
        }
        default:
          return certificates.carryOut(action, domain);
      }
    },
    decided: logDecision,
  };
}

/** More than any two writers need. */
const MAX_LOST_RACES = 5;

/**
 * Makes the tenant's spec say which domains its site is to have. The tenant is read before its domains: so a domain that
 * becomes active meanwhile is seen, or has changed the tenant. Gives whether it says so.
 */
async function commandTenant(
  tenantId: string,
  { store, bus }: Pick<DomainDependencies, "store" | "bus">,
): Promise<boolean> {
  for (let tries = 0; tries < MAX_LOST_RACES; tries++) {
    const stored = await store.readTenant(tenantId);
    if (stored === null) return true;
    const domains = servedDomains(await store.domainsOfTenant(tenantId));
    const issued = { commandId: randomUUID(), requestedBy: REQUESTED_BY, now: new Date() };
    const effect = setDomains(stored.record, domains, issued);
    if (effect.outcome === "refused") return false;
    if (effect.outcome === "unchanged") return true;
    if ((await store.writeTenant(stored, effect.changes)) === null) continue;
    await sendTrigger("tenant", tenantId, bus);
    return true;
  }
  throw new AdapterError("store", "invalid", `tenant ${tenantId} keeps changing`);
}

function logDecision(
  { domain, tenant_id: tenantId, state }: Domain,
  { changes, action, recheckAfterSeconds }: DomainDecision,
): void {
  const { state: next = state, reason = null } = changes;
  const fields = { domain, tenantId, state: next, reason, action, recheckAfterSeconds };
  if (next === state) log("DEBUG", "DomainChecked", fields);
  else if (next === "degraded") log("WARNING", "DomainDegraded", fields);
  else log("INFO", next === "active" ? "DomainActive" : "DomainChecked", fields);
}
