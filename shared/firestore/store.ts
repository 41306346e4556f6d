/**
 * The store: every read and write of Firestore. A write that must not overwrite somebody else's
 * insists on the version it was decided on; every effect is one atomic batch. What a command means is decided outside it.
 *
 * | collection                  | holds                                                  | written in                         |
 * | --------------------------- | ------------------------------------------------------ | ---------------------------------- |
 * | `tenants/{id}`              | a tenant: what is desired and what was observed        | `tenants.ts`, `tenant-requests.ts` |
 * | `subdomains/{subdomain}`    | which tenant holds the name                            | `reservations.ts`                  |
 * | `requests/{id}`             | how a request was answered that may come again         | `request-records.ts`               |
 * | `deletions/{id}`            | the record of a deletion; creating it triggers cleanup | `deletions.ts`                     |
 * | `slots/{k}`                 | which tenant's site Job may run in the k-th slot       | `slots.ts`                         |
 * | `operations/{id}`           | the history: an attempt at an operation                | `history.ts`, `operation-list.ts`  |
 * | `events/{id}`               | a status event that is not published yet               | `outbox.ts`                        |
 * | `pools/main`                | what the pool of standbys remembers                    | `pool.ts`                          |
 * | `domains/{domain}`          | a custom domain, and which tenant holds it             | `domains.ts`                       |
 * | `backups/{id}`              | a backup: whose, why, until when it is kept            | `backups.ts`                       |
 * | `backup_keys/{tenantId}`    | a tenant's part of the key of its backups              | `backups.ts`                       |
 * | `rollouts/{id}`             | a rollout: where it is, and who is under way           | `rollouts.ts`                      |
 * | `system/rollout`            | which rollout's turn it is                             | `rollouts.ts`                      |
 * | `system/heartbeat`          | when the resync last saw the cluster                   | `heartbeat.ts`                     |
 * | `system/garbage-collection` | what the newest garbage collection has found           | `garbage-collection.ts`            |
 *
 * @module
 */
import { Firestore } from "@google-cloud/firestore";
import { connectionOptions } from "../platform/google-clients.ts";
import { openBackups } from "./backups.ts";
import { openBenches } from "./benches.ts";
import { openDeletions } from "./deletions.ts";
import { openDomains } from "./domains.ts";
import { CALL_MILLISECONDS } from "./firestore-calls.ts";
import { openFleet } from "./fleet.ts";
import { openGarbageCollection } from "./garbage-collection.ts";
import { openHeartbeat } from "./heartbeat.ts";
import { openHistory } from "./history.ts";
import { openOperationList } from "./operation-list.ts";
import { openOutbox } from "./outbox.ts";
import { openPool } from "./pool.ts";
import { openRequestRecords } from "./request-records.ts";
import { openReservations } from "./reservations.ts";
import { openRollouts } from "./rollouts.ts";
import { openSlots } from "./slots.ts";
import { openTenantList } from "./tenant-list.ts";
import { openTenantRequests } from "./tenant-requests.ts";
import { openTenants } from "./tenants.ts";

export type { DomainBasis, DomainCommandWrite, DomainCreated } from "./domains.ts";
export type { FleetBackups, FleetCounts, Some } from "./fleet.ts";
export type { CollectionRun, StoredFinding } from "./garbage-collection.ts";
export type { OperationList, OperationListRequest } from "./operation-list.ts";
export type { Reservation } from "./reservations.ts";
export type { UnsentEvents, UnsentTenant } from "./outbox.ts";
export type { ReadTenant, RolloutCounts, Turn } from "./rollouts.ts";
export type { TakenSlot } from "./slots.ts";
export type { Position } from "./newest-first.ts";
export type { ListRequest, TenantList } from "./tenant-pages.ts";
export type { NamedPosition } from "./tenant-order.ts";
export type { PoolCounts, Standbys, StoredPool } from "./pool.ts";
export type { CommandBasis, CommandWrite, Created, Given } from "./tenant-requests.ts";

export interface StoreOptions {
  projectId: string;
  /** `host:port` of an emulator; without it, Google Cloud's own Firestore. */
  emulatorHost?: string | undefined;
}

export type Store = ReturnType<typeof openStore>;

/** The client asks for gRPC's credentials where there is no TLS, though it has no use for them. */
const WITHOUT_GRPC = { credentials: { createInsecure: () => ({}) } };

/** Opens the store. Connects at the first call. Every method may throw an `AdapterError`. */
export function openStore({ projectId, emulatorHost }: StoreOptions) {
  const firestore = new Firestore({
    projectId,
    preferRest: true,
    ...connectionOptions(CALL_MILLISECONDS, emulatorHost),
    ...(emulatorHost === undefined ? {} : { grpc: WITHOUT_GRPC, host: emulatorHost, ssl: false }),
  });
  const slots = openSlots(firestore);
  const reservations = openReservations(firestore);
  const deletions = openDeletions(firestore);
  const requests = openRequestRecords(firestore);
  const outbox = openOutbox(firestore);
  const history = openHistory(firestore);
  const backups = openBackups(firestore, requests);
  const neighbours = { slots, reservations, deletions, outbox, history, backups };
  const tenants = openTenants(firestore, neighbours);
  return {
    ...tenants.methods,
    ...openTenantRequests(firestore, { tenants, reservations, deletions, requests }),
    ...openDomains(firestore, requests),
    ...openTenantList(firestore),
    ...openPool(firestore, { tenants }),
    ...openBenches(firestore),
    ...openOperationList(firestore),
    ...openRollouts(firestore, requests),
    ...backups.methods,
    ...slots.methods,
    ...reservations.methods,
    ...deletions.methods,
    ...outbox.methods,
    ...openHeartbeat(firestore),
    ...openFleet(firestore),
    ...openGarbageCollection(firestore),
    close: () => firestore.terminate(),
  };
}
