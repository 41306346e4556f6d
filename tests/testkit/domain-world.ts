/**
 * All that a custom domain's reconcile works on, in memory: its record and its tenant with their versions, the DNS, and
 * Certificate Manager. What is done takes its effect at once, and refuses what the real ones refuse.
 *
 * @module
 */
import { servedDomains } from "../../shared/domains/domain.ts";
import type { Domain } from "../../shared/domains/domain.ts";
import type {
  DomainAction,
  DomainDecision,
  ObservedCertificate,
  ObservedDns,
} from "../../shared/domains/observed-domain.ts";
import type { DomainPorts } from "../../shared/domains/reconcile-domain.ts";
import type { Stored, Version } from "../../shared/reconciler/ports.ts";
import { setDomains } from "../../shared/tenant/set-domains.ts";
import { withChanges } from "../../shared/tenant/tenant.ts";
import type { Tenant } from "../../shared/tenant/tenant.ts";
import { REQUESTER } from "./requester.ts";

const NOTHING: ObservedCertificate = { authorization: null, certificate: null, entry: null };
const FOUND = { is: "found" } as const;

/** A record in memory; each write is a version. */
function createCell<T>(initial: T | null) {
  let held = initial;
  let version = 1;
  const versionOf = (number: number) => number as unknown as Version;
  return {
    get record(): T | null {
      return held;
    },
    read: (): Stored<T> | null => held && { record: held, version: versionOf(version) },
    /** Null when the record is another than was read. */
    write(stored: Stored<T>, record: T | null): Stored<T> | null {
      if (held === null || stored.version !== versionOf(version)) return null;
      held = record;
      version += 1;
      return record && { record, version: versionOf(version) };
    },
    /** As somebody else does, whatever is there. */
    set(record: T | null): void {
      held = record;
      version += 1;
    },
  };
}

/** What a test may change at any time. */
interface Outside {
  now: Date;
  dns: ObservedDns;
  certificate: ObservedCertificate;
}

export type DomainWorld = ReturnType<typeof createDomainWorld>;

export function createDomainWorld(domain: Domain, tenantOfIt: Tenant, now: Date) {
  const record = createCell<Domain>(domain);
  const tenant = createCell<Tenant>(tenantOfIt);
  const decisions: DomainDecision[] = [];
  const world: Outside = {
    now,
    dns: { token: FOUND, address: FOUND, authorization: FOUND },
    certificate: NOTHING,
  };
  const inside = {
    record,
    tenant,
    decisions,
    /** What the tenant's operation does: the site gets what the spec says. */
    settleTenant(): void {
      const found = tenant.record;
      if (found === null) return;
      const { spec, status } = found;
      const { domains, generation: observed_generation } = spec;
      const site = status.site && { ...status.site, domains };
      tenant.set(withChanges(found, { status: { site, observed_generation } }));
    },
    ports: {
      now: () => world.now,
      readDomain: async () => record.read(),
      writeDomain: async (stored, changes) =>
        record.write(stored, { ...stored.record, ...changes }),
      readTenant: async () => tenant.read(),
      lookUp: async () => world.dns,
      readCertificate: async () => world.certificate,
      carryOut: async (action, stored) => carryOut(action, stored),
      decided: (_, decision) => void decisions.push(decision),
    } satisfies DomainPorts,
  };

  function carryOut(action: DomainAction, stored: Stored<Domain>): boolean {
    switch (action) {
      case "commandTenant":
        return commandTenant();
      case "deleteRecord": {
        const isUnchanged = record.read()?.version === stored.version;
        record.write(stored, null);
        return isUnchanged;
      }
      default:
        world.certificate = { ...world.certificate, ...change(action) };
        return true;
    }
  }

  function commandTenant(): boolean {
    const stored = tenant.read();
    if (stored === null) return true;
    const domains = servedDomains(record.record === null ? [] : [record.record]);
    const issued = { commandId: "d", requestedBy: REQUESTER, now: world.now };
    const effect = setDomains(stored.record, domains, issued);
    if (effect.outcome === "changed") {
      tenant.write(stored, withChanges(stored.record, effect.changes));
    }
    return effect.outcome !== "refused";
  }

  function change(action: Exclude<DomainAction, "commandTenant" | "deleteRecord">) {
    const { authorization, certificate, entry } = world.certificate;
    const name = `_acme-challenge.${domain.domain}`;
    switch (action) {
      case "createAuthorization":
        return { authorization: { record: { name, type: "CNAME", data: "1.goog" } } };
      case "createCertificate":
        if (authorization === null) throw new Error("there is no authorization");
        return { certificate: { state: "active" as const, issue: null } };
      case "createEntry":
        if (certificate === null) throw new Error("there is no certificate");
        return { entry: { isActive: true } };
      case "deleteEntry":
        return { entry: null };
      case "deleteCertificate":
        if (entry !== null) throw new Error("the certificate is in use");
        return { certificate: null };
      case "deleteAuthorization":
        if (certificate !== null) throw new Error("the authorization is in use");
        return { authorization: null };
    }
  }

  return Object.assign(world, inside);
}
