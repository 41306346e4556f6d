/**
 * The documents `domains/{domain}`: custom domains. Making one reserves the domain for its tenant.
 *
 * @module
 */
import type { DocumentSnapshot, Firestore } from "@google-cloud/firestore";
import { damagedDomainFields, showDamagedDomain } from "../domains/damaged-domain.ts";
import type { Domain } from "../domains/domain.ts";
import { AdapterError, DamagedRecordError } from "../platform/errors.ts";
import type { Stored, Version } from "../reconciler/ports.ts";
import type { AnsweredRequest, IdempotentRequest, Repeated } from "../tenant/repeated-request.ts";
import { call, commit, everyDocument, GRPC, LOST_UPDATE, toDates } from "./firestore-calls.ts";
import type { RequestRecords } from "./request-records.ts";
import { unchangedSince, versionOf } from "./versions.ts";

/** What came of asking for a domain that nobody had when it was looked at. */
export type DomainCreated = { outcome: "created" } | { outcome: "taken" } | Repeated;

/** What a command to a domain is decided on: the answer of the first time, or the record as it is; null when there is none. */
export type DomainBasis =
  | Repeated
  | { outcome: "first-time"; domain: Stored<Domain> | null; expiredRequest: Version | null };

/** What is written of a command to a domain. */
export interface DomainCommandWrite {
  /** Of the record as it was read; null where that stays so, and only the request is recorded. */
  update: { domain: Stored<Domain>; changes: Partial<Domain> } | null;
  request: AnsweredRequest | null;
  expiredRequest: Version | null;
}

/** A creation that meets something which is gone when it looks is tried again, but not for ever. */
const MAX_CREATE_COMMITS = 3;

export function openDomains(firestore: Firestore, requests: RequestRecords) {
  const domains = firestore.collection("domains");

  /**
   * Stores a new domain and the request's record, both or neither. The client library may repeat a commit by itself, so
   * what is in the way can be its own earlier success: the record tells by its command's id.
   */
  async function createDomain(
    domain: Domain,
    request: AnsweredRequest | null,
  ): Promise<DomainCreated> {
    const document = domains.doc(domain.domain);
    let expired: Version | null = null;
    for (let commits = 0; commits < MAX_CREATE_COMMITS; commits++) {
      const batch = firestore.batch().create(document, domain);
      requests.addNew(batch, request, expired);
      const written = await commit(() => batch.commit(), GRPC.ALREADY_EXISTS, ...LOST_UPDATE);
      if (written !== null) return { outcome: "created" };

      const met = await requests.readWith(document, request);
      if (met.repeated !== null) return met.repeated;
      if (met.found.get("command_id") === domain.command_id) return { outcome: "created" };
      if (met.found.exists) return { outcome: "taken" };
      expired = met.expired;
    }
    throw new AdapterError("store", "unavailable", "what is in the domain's way keeps changing");
  }

  /** Reads what a command needs in one call. Throws a `DamagedRecordError` for a request that is a first one. */
  async function readDomainForCommand(
    domain: string,
    request: IdempotentRequest | null,
  ): Promise<DomainBasis> {
    const { found, repeated, expired } = await requests.readWith(domains.doc(domain), request);
    if (repeated !== null) return repeated;
    return { outcome: "first-time", domain: toStoredDomain(found), expiredRequest: expired };
  }

  /** Writes what a command comes to in one batch. False when anything is no longer as it was read. */
  async function writeDomainCommand(write: DomainCommandWrite): Promise<boolean> {
    const { update, request, expiredRequest } = write;
    const batch = firestore.batch();
    if (update !== null) {
      const { record, version } = update.domain;
      batch.update(domains.doc(record.domain), { ...update.changes }, unchangedSince(version));
    }
    requests.addNew(batch, request, expiredRequest);
    return (await commit(() => batch.commit(), ...LOST_UPDATE, GRPC.ALREADY_EXISTS)) !== null;
  }

  /** A domain to be worked on. Throws a `DamagedRecordError` where its record is damaged. */
  async function readDomain(domain: string): Promise<Stored<Domain> | null> {
    return toStoredDomain(await call(domains.doc(domain).get()));
  }

  /** A domain to be looked at, with a sentence on what is damaged in its record. */
  async function showDomain(domain: string): Promise<Domain | null> {
    return toShownDomain(await call(domains.doc(domain).get()));
  }

  /** The domains of a tenant, to be looked at, in the order of their names. */
  async function domainsOfTenant(tenantId: string): Promise<Domain[]> {
    const found = await call(domains.where("tenant_id", "==", tenantId).get());
    return found.docs.flatMap((document) => toShownDomain(document) ?? []);
  }

  /** The domains that are to be looked at, those that have waited longest first. */
  async function dueDomains(now: Date, limit: number): Promise<string[]> {
    const query = domains.where("next_check_at", "<=", now).orderBy("next_check_at").limit(limit);
    return (await call(query.select().get())).docs.map(({ id }) => id);
  }

  /** Writes changes to a domain, if its record is still as it was read. Null when it has changed. */
  async function writeDomain(
    { record, version }: Stored<Domain>,
    changes: Partial<Domain>,
  ): Promise<Stored<Domain> | null> {
    const document = domains.doc(record.domain);
    const write = () => document.update({ ...changes }, unchangedSince(version));
    const written = await commit(write, ...LOST_UPDATE);
    if (written === null) return null;
    return { record: { ...record, ...changes }, version: versionOf(written.writeTime) };
  }

  /** Puts off the next check of a domain, whatever its record is like otherwise. */
  async function putOffDomain(domain: string, until: Date): Promise<void> {
    await commit(() => domains.doc(domain).update({ next_check_at: until }), GRPC.NOT_FOUND);
  }

  /** Sets a domain free, if its record is still as it was read. */
  async function deleteDomain({ record, version }: Stored<Domain>): Promise<boolean> {
    const write = () => domains.doc(record.domain).delete(unchangedSince(version));
    return (await commit(write, ...LOST_UPDATE)) !== null;
  }

  /** Every domain with its tenant's id, read some at a time. */
  async function* everyDomain(): AsyncGenerator<{ domain: string; tenantId: string }> {
    for await (const document of everyDocument(domains)) {
      yield { domain: document.id, tenantId: String(document.get("tenant_id")) };
    }
  }

  return {
    createDomain,
    readDomainForCommand,
    writeDomainCommand,
    readDomain,
    showDomain,
    domainsOfTenant,
    dueDomains,
    writeDomain,
    putOffDomain,
    deleteDomain,
    domains: everyDomain,
  };
}

function toStoredDomain(snapshot: DocumentSnapshot): Stored<Domain> | null {
  if (!snapshot.exists) return null;
  const fields = toDates(snapshot.data()) as Record<string, unknown>;
  const damaged = damagedDomainFields(fields, snapshot.id);
  if (damaged.length > 0) throw new DamagedRecordError(snapshot.ref.path, damaged);
  return { record: fields as unknown as Domain, version: versionOf(snapshot.updateTime) };
}

/** A domain to be looked at, however damaged its record is; null when it is not there. */
export function toShownDomain(snapshot: DocumentSnapshot): Domain | null {
  if (!snapshot.exists) return null;
  const fields = toDates(snapshot.data()) as Record<string, unknown>;
  const damaged = damagedDomainFields(fields, snapshot.id);
  if (damaged.length === 0) return fields as unknown as Domain;
  const createdAt = snapshot.createTime?.toDate() ?? new Date(0);
  return showDamagedDomain(fields, snapshot.id, damaged, createdAt);
}
