/**
 * Custom domains on real parts: the function api on the official emulators, a DNS server, and a Certificate Manager that is
 * held to its document; and the reconcile, which a test runs at a time of its choice.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import * as assert from "uvu/assert";
import { openCertificateManager } from "../../shared/certificates/certificate-manager.ts";
import { openDns } from "../../shared/dns/dns.ts";
import type { Domain } from "../../shared/domains/domain.ts";
import { reconcileDomain } from "../../shared/domains/reconcile-domain.ts";
import type { Trigger } from "../../shared/pubsub/messages.ts";
import { domainPorts } from "../../shared/runtime/reconcile-domains.ts";
import type { DomainDependencies } from "../../shared/runtime/reconcile-domains.ts";
import { mainHost } from "../../shared/tenant/names.ts";
import { newTenant } from "../../shared/tenant/tenant.ts";
import type { Tenant } from "../../shared/tenant/tenant.ts";
import { startDnsServer } from "./dns-server.ts";
import { startFakeCertificateManager } from "./fake-certificate-manager.ts";
import { logLinesOf } from "./log-lines.ts";
import { startOwnApi } from "./own-api.ts";
import { PROJECT_ID } from "./own-emulators.ts";
import { REQUESTER } from "./requester.ts";
import { siteAt } from "./some-site.ts";
import { withParts } from "./tenant-parts.ts";
import type { TenantParts } from "./tenant-parts.ts";

export const BASE_DOMAIN = "kairos.app";
export const SITES_ADDRESS = "192.0.2.1";

export type DomainSystem = Awaited<ReturnType<typeof startDomainSystem>>;

/** Starts all of it. */
export async function startDomainSystem() {
  const [api, dns, certificates] = await Promise.all([
    startOwnApi({ SITES_ADDRESSES: SITES_ADDRESS, BASE_DOMAIN }),
    startDnsServer(),
    startFakeCertificateManager(),
  ]);
  const triggered: Trigger[] = [];
  const bus = { publish: async (trigger: Trigger) => void triggered.push(trigger) };
  const { store } = api;
  const dependencies: DomainDependencies = {
    store,
    bus,
    domains: {
      dns: openDns({ dnsServers: [dns.address], sitesAddresses: [SITES_ADDRESS] }),
      certificates: openCertificateManager({
        projectId: PROJECT_ID,
        certificateMap: "kairos-sites",
        certificateManagerHost: certificates.host,
      }),
    },
  };

  async function tenantOf(id: string): Promise<Tenant> {
    const found = await store.readTenant(id);
    assert.ok(found);
    return found.record;
  }

  return {
    api,
    dns,
    certificates,
    store,
    dependencies,
    /** What a reconcile has published. */
    triggered,
    tenantOf,
    /** A tenant with a site that works, in the database. */
    async createTenant(more: TenantParts = {}): Promise<Tenant> {
      const id = randomUUID();
      const subdomain = `t-${id.slice(0, 8)}`;
      const names = { organization: "Acme", subdomain, email: "a@acme.example" };
      const tenant = newTenant({ id, commandId: id, requestedBy: REQUESTER, ...names }, new Date());
      const site = siteAt(subdomain);
      const status = {
        phase: "active",
        site,
        observed_generation: 1,
        next_reconcile_at: null,
      } as const;
      await store.createTenant(withParts(withParts(tenant, { status }), more), null);
      return tenantOf(id);
    },
    /** Looks at a domain as if it were that time. Gives the log lines. */
    check(domain: string, now = new Date()): Promise<Record<string, unknown>[]> {
      const ports = domainPorts(dependencies);
      assert.ok(ports);
      return logLinesOf(() => reconcileDomain(domain, { ...ports, now: () => now }));
    },
    /** What the tenant's operation does: its site gets what the spec says. */
    async settleTenant(id: string): Promise<void> {
      const stored = await store.readTenant(id);
      assert.ok(stored);
      const { spec, status } = stored.record;
      const { domains, generation: observed_generation } = spec;
      const host = mainHost(spec, BASE_DOMAIN);
      const site = status.site && { ...status.site, domains, host };
      const changes = { site, observed_generation, next_reconcile_at: null };
      assert.ok(await store.writeTenant(stored, { status: changes }));
    },
    /** All that the owner of a domain sets, by what the API says. */
    setRecords(records: { purpose: string; name: string; type: string; value: string }[]): void {
      for (const { name, type, value } of records) {
        if (type === "CNAME" && !name.startsWith("_")) continue;
        dns.set(name, type as "TXT", value);
      }
    },
    async recordOf(domain: string): Promise<Domain | null> {
      return (await store.readDomain(domain))?.record ?? null;
    },
    async empty(): Promise<void> {
      dns.empty();
      certificates.empty();
      triggered.length = 0;
      await api.empty();
    },
    async stop(): Promise<void> {
      dns.stop();
      certificates.stop();
      await api.stop();
    },
  };
}
