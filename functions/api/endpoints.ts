/**
 * The registry of the API's endpoints. What is matched, validated, answered and documented is derived
 * from it, in this order.
 *
 * @module
 */
import { createBackup } from "./backups/create-backup.ts";
import { deleteBackup } from "./backups/delete-backup.ts";
import { exportBackup } from "./backups/export-backup.ts";
import { listBackups } from "./backups/list-backups.ts";
import { readBackup } from "./backups/read-backup.ts";
import { readExport } from "./backups/read-export.ts";
import { restoreTenant } from "./backups/restore-tenant.ts";
import { undoRestoreOfTenant } from "./backups/undo-restore-of-tenant.ts";
import { listBenches } from "./benches/list-benches.ts";
import { upgradeTenant } from "./benches/upgrade-tenant.ts";
import { addDomain } from "./domains/add-domain.ts";
import { listDomains } from "./domains/list-domains.ts";
import { readDomain } from "./domains/read-domain.ts";
import { removeDomain } from "./domains/remove-domain.ts";
import { readFleet } from "./fleet/read-fleet.ts";
import { readGarbageCollection } from "./garbage-collection/read-garbage-collection.ts";
import { listOperations } from "./history/list-operations.ts";
import { listTenantOperations } from "./history/list-tenant-operations.ts";
import { readOperation } from "./history/read-operation.ts";
import type { Endpoint } from "./http/endpoint.ts";
import { readPool } from "./pool/read-pool.ts";
import { cancelRollout } from "./rollouts/cancel-rollout.ts";
import { createRollout } from "./rollouts/create-rollout.ts";
import { listRollouts } from "./rollouts/list-rollouts.ts";
import { pauseRollout } from "./rollouts/pause-rollout.ts";
import { readRollout } from "./rollouts/read-rollout.ts";
import { resumeRollout } from "./rollouts/resume-rollout.ts";
import { retryFailedOfRollout } from "./rollouts/retry-failed-of-rollout.ts";
import { readCaller } from "./service/read-caller.ts";
import { readHealth } from "./service/read-health.ts";
import { readService } from "./service/read-service.ts";
import { changeTenant } from "./tenants/change-tenant.ts";
import { createLoginLink } from "./tenants/create-login-link.ts";
import { createTenant } from "./tenants/create-tenant.ts";
import { deleteTenant } from "./tenants/delete-tenant.ts";
import { listTenants } from "./tenants/list-tenants.ts";
import { readTenant } from "./tenants/read-tenant.ts";
import { readTenantStatus } from "./tenants/read-tenant-status.ts";
import { renameTenant } from "./tenants/rename-tenant.ts";
import { resumeTenant } from "./tenants/resume-tenant.ts";
import { retryTenant } from "./tenants/retry-tenant.ts";
import { pinTenant } from "./tenants/pin-tenant.ts";
import { suspendTenant } from "./tenants/suspend-tenant.ts";
import { undeleteTenant } from "./tenants/undelete-tenant.ts";
import { unpinTenant } from "./tenants/unpin-tenant.ts";

/** By id, which is also the `operationId` in the OpenAPI document. */
export const ENDPOINTS = {
  readService,
  readHealth,
  readCaller,
  createTenant,
  listTenants,
  readTenant,
  changeTenant,
  deleteTenant,
  undeleteTenant,
  readTenantStatus,
  retryTenant,
  suspendTenant,
  resumeTenant,
  listTenantOperations,
  readOperation,
  listOperations,
  createLoginLink,
  renameTenant,
  readPool,
  readFleet,
  readGarbageCollection,
  addDomain,
  listDomains,
  readDomain,
  removeDomain,
  createBackup,
  listBackups,
  readBackup,
  deleteBackup,
  exportBackup,
  readExport,
  restoreTenant,
  undoRestoreOfTenant,
  listBenches,
  upgradeTenant,
  pinTenant,
  unpinTenant,
  createRollout,
  listRollouts,
  readRollout,
  pauseRollout,
  resumeRollout,
  cancelRollout,
  retryFailedOfRollout,
} as const satisfies Record<string, Endpoint>;

export type EndpointId = keyof typeof ENDPOINTS;

export const ENDPOINT_IDS = Object.keys(ENDPOINTS) as EndpointId[];
