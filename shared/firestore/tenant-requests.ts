/**
 * What callers ask for, as it is written: a tenant, or what a command makes of one, each with the record of
 * the request in the batch of its effect. What a command means is decided by whoever asks.
 *
 * @module
 */
import type { Firestore } from "@google-cloud/firestore";
import { AdapterError } from "../platform/errors.ts";
import type { Stored, Version } from "../reconciler/ports.ts";
import type { AnsweredRequest, IdempotentRequest, Repeated } from "../tenant/repeated-request.ts";
import type { NamedTenant, Tenant, TenantChanges } from "../tenant/tenant.ts";
import type { Deletions, NewDeletion } from "./deletions.ts";
import { call, commit, GRPC, LOST_UPDATE } from "./firestore-calls.ts";
import type { RequestRecords } from "./request-records.ts";
import type { Reservations } from "./reservations.ts";
import { toStored } from "./tenant-documents.ts";
import type { Tenants } from "./tenants.ts";

/** What came of asking for a tenant. */
export type Created = { outcome: "created" } | { outcome: "subdomain-taken" } | Repeated;

/** What came of giving a standby to whoever asked for a tenant. */
export type Given =
  | Created
  /** Somebody else was quicker, or another thing was in the way that is gone. */
  | { outcome: "not-given"; expiredRequest: Version | null };

/** A customer's tenant that is made of a standby. */
export interface StandbyGift {
  standby: Stored<Tenant>;
  changes: TenantChanges;
  /** The name that the customer wants, as in the changes. */
  subdomain: string;
  /** As in the changes. */
  commandId: string;
  request: AnsweredRequest | null;
  /** The version of a record under the same key that has expired. */
  expiredRequest: Version | null;
}

/** What a command is decided on: the answer of the first time, or the tenant as it is; null when there is none. */
export type CommandBasis =
  | Repeated
  | { outcome: "first-time"; tenant: Stored<Tenant> | null; expiredRequest: Version | null };

/** What is written of a command. */
export interface CommandWrite {
  /** Of the tenant's record as it was read; null where that stays so, and only the request is recorded. */
  update: { tenant: Stored<Tenant>; changes: TenantChanges } | null;
  deletion: NewDeletion | null;
  request: AnsweredRequest | null;
  /** As it was read: the version of a record under the same key that has expired. */
  expiredRequest: Version | null;
}

/** A creation that meets something which is gone when it looks is tried again, but not for ever. */
const MAX_CREATE_COMMITS = 3;

interface Neighbours {
  tenants: Tenants;
  reservations: Reservations;
  deletions: Deletions;
  requests: RequestRecords;
}

export function openTenantRequests(firestore: Firestore, neighbours: Neighbours) {
  const { tenants, reservations, deletions, requests } = neighbours;
  const documents = firestore.collection("tenants");

  /**
   * Stores a new tenant and reserves its subdomain, both or neither, and with them the request's record.
   * Nothing is read before the first commit, for most find nothing in their way; what one has met is read
   * after it. The client library may repeat a commit by itself, so that can be its own earlier success:
   * the reservation tells, or the record, whose answer is the same.
   */
  async function createTenant(
    tenant: NamedTenant,
    request: AnsweredRequest | null,
  ): Promise<Created> {
    const { subdomain } = tenant.spec;
    let expired: Version | null = null;
    for (let commits = 0; commits < MAX_CREATE_COMMITS; commits++) {
      const batch = firestore.batch();
      tenants.addNew(batch, tenant);
      reservations.addNew(batch, subdomain, tenant.id);
      requests.addNew(batch, request, expired);
      const written = await commit(() => batch.commit(), GRPC.ALREADY_EXISTS, ...LOST_UPDATE);
      if (written !== null) return { outcome: "created" };

      const met = await requests.readWith(reservations.documentOf(subdomain), request);
      if (met.repeated !== null) return met.repeated;
      if (met.found.get("tenant_id") === tenant.id) return { outcome: "created" };
      // Whoever holds it, and be it nobody whom one could name.
      if (met.found.exists) return { outcome: "subdomain-taken" };
      expired = met.expired;
    }
    throw new AdapterError("store", "unavailable", "what is in the tenant's way keeps changing");
  }

  /**
   * Makes a standby a customer's, reserves its subdomain and records the request, all or nothing. What has been in the
   * way is read after it. The client library may repeat a commit by itself, so that can be its own earlier success: only
   * the command's id tells. The reservation does not, for a rival for the name may have got the same standby, and the
   * answer on record neither, for it may be that of a twin that did.
   */
  async function giveStandby(gift: StandbyGift): Promise<Given> {
    const { standby, changes, subdomain, commandId, request, expiredRequest } = gift;
    const { id } = standby.record;
    const batch = firestore.batch();
    await tenants.addChanges(batch, standby, changes);
    requests.addNew(batch, request, expiredRequest);
    const written = await commit(() => batch.commit(), GRPC.ALREADY_EXISTS, ...LOST_UPDATE);
    if (written !== null) return { outcome: "created" };

    const [now, met] = await Promise.all([
      call(documents.doc(id).get()),
      requests.readWith(reservations.documentOf(subdomain), request),
    ]);
    if (now.get("spec.command_id") === commandId) return { outcome: "created" };
    if (met.repeated !== null) return met.repeated;
    if (met.found.exists) return { outcome: "subdomain-taken" };
    return { outcome: "not-given", expiredRequest: met.expired };
  }

  /**
   * Reads what a command needs in one call: the tenant, and how the request was answered if it came before, also
   * when its tenant is gone or damaged since. Throws a `DamagedRecordError` for a request that is a first one.
   */
  async function readForCommand(
    id: string,
    request: IdempotentRequest | null,
  ): Promise<CommandBasis> {
    const { found, repeated, expired } = await requests.readWith(documents.doc(id), request);
    if (repeated !== null) return repeated;
    return { outcome: "first-time", tenant: toStored(found), expiredRequest: expired };
  }

  /**
   * Writes what a command comes to in one batch: the changes to the tenant, the request's record and, for a
   * deletion, what triggers cleanup. False when any of them is no longer as it was read; the client library
   * may repeat a commit by itself, so that can be its own earlier success.
   */
  async function writeCommand(id: string, write: CommandWrite): Promise<boolean> {
    const { update, deletion, request, expiredRequest } = write;
    const batch = firestore.batch();
    if (update !== null) await tenants.addChanges(batch, update.tenant, update.changes);
    if (deletion !== null) deletions.addNew(batch, id, deletion);
    requests.addNew(batch, request, expiredRequest);
    return (await commit(() => batch.commit(), ...LOST_UPDATE, GRPC.ALREADY_EXISTS)) !== null;
  }

  return { createTenant, giveStandby, readForCommand, writeCommand };
}
