/**
 * What the endpoints are called in a shell: `x-cli-name` in the OpenAPI document, of which restish makes its commands
 * (docs/cli.md). A list is a plural, one of it the singular, and whatever changes something a verb. Pure.
 *
 * @module
 */
import type { EndpointId } from "../endpoints.ts";

/** The commands' names, by the endpoints' ids. */
export const COMMAND_NAMES = {
  readService: "version",
  readHealth: "health",
  readCaller: "whoami",
  readFleet: "fleet",
  readGarbageCollection: "garbage-collection",
  createTenant: "create",
  listTenants: "tenants",
  readTenant: "tenant",
  changeTenant: "change",
  deleteTenant: "delete",
  undeleteTenant: "undelete",
  readTenantStatus: "status",
  retryTenant: "retry",
  suspendTenant: "suspend",
  resumeTenant: "resume",
  listTenantOperations: "history",
  readOperation: "operation",
  listOperations: "operations",
  createLoginLink: "login-link",
  renameTenant: "rename",
  readPool: "pool",
  addDomain: "add-domain",
  listDomains: "domains",
  readDomain: "domain",
  removeDomain: "remove-domain",
  createBackup: "create-backup",
  listBackups: "backups",
  readBackup: "backup",
  deleteBackup: "delete-backup",
  exportBackup: "export-backup",
  readExport: "export",
  restoreTenant: "restore",
  undoRestoreOfTenant: "undo-restore",
  listBenches: "benches",
  upgradeTenant: "upgrade",
  pinTenant: "pin",
  unpinTenant: "unpin",
  createRollout: "start-rollout",
  listRollouts: "rollouts",
  readRollout: "rollout",
  pauseRollout: "pause-rollout",
  resumeRollout: "resume-rollout",
  cancelRollout: "cancel-rollout",
  retryFailedOfRollout: "retry-rollout",
} as const satisfies Record<EndpointId, string>;

/** What a parameter is called in a shell, where its own name would say too little there. */
export const OPTION_NAMES: Readonly<Record<string, string>> = { q: "prefix" };
