/**
 * What is explored. Each scenario spends its budget on something else, so that together they are deep
 * where it matters; all of them are explored to their end.
 *
 * @module
 */
import type { Budget, Scenario } from "./explored-steps.ts";
import { ID } from "./model.ts";

const NOTHING: Budget = {
  commands: 0,
  crashes: 0,
  duplicates: 0,
  losses: 0,
  failures: 0,
  blockers: 0,
  outages: 0,
  jumps: 0,
};

const settings = {
  baseDomain: "kairos.app",
  retryPauseSeconds: 30,
  backupBucket: "backups",
  upgradeDeadlineMinutes: 240,
  maxConcurrentJobs: 1,
};

const ONE = [{ id: ID.a, subdomain: "acme" }];
const TWO_OF_A_NAME = [...ONE, { id: ID.b, subdomain: "acme" }];
const TWO_FOR_A_SLOT = [...ONE, { id: ID.b, subdomain: "zenith" }];

const common = { tenants: ONE, settings, concurrency: 2 };

/** Two reconciles that stall anywhere, while a caller creates, suspends, resumes or deletes. */
export const STALLS: Scenario = {
  ...common,
  name: "one tenant, three commands, two reconciles that stall anywhere",
  budget: { ...NOTHING, commands: 3 },
};

export const CRASHES: Scenario = {
  ...common,
  name: "one tenant, created and deleted, with crashes, lost and doubled triggers",
  budget: { ...NOTHING, commands: 2, crashes: 1, duplicates: 1, losses: 1 },
};

export const FAILURES: Scenario = {
  ...common,
  name: "one tenant, one reconcile at a time, with failing Jobs, jumps in time and every command",
  concurrency: 1,
  budget: { ...NOTHING, commands: 3, failures: 3, jumps: 2, crashes: 1 },
};

export const NAME: Scenario = {
  ...common,
  name: "two tenants that want one subdomain",
  tenants: TWO_OF_A_NAME,
  budget: { ...NOTHING, commands: 3 },
};

/** Nothing gets lost here, so whoever waits must be told at once. */
export const QUEUE: Scenario = {
  ...common,
  name: "two tenants that want one slot",
  tenants: TWO_FOR_A_SLOT,
  budget: { ...NOTHING, commands: 2 },
  isQueueToldAtOnce: true,
};

export const SLOT: Scenario = {
  ...common,
  name: "two tenants that want one slot, with a failing Job and a crash",
  tenants: TWO_FOR_A_SLOT,
  concurrency: 1,
  budget: { ...NOTHING, commands: 2, failures: 1, crashes: 1, jumps: 1 },
};

export const BLOCKERS: Scenario = {
  ...common,
  name: "two tenants that want one slot, with a Job that is blocked and a jump in time",
  tenants: TWO_FOR_A_SLOT,
  concurrency: 1,
  budget: { ...NOTHING, commands: 2, blockers: 1, jumps: 1 },
};

export const OUTAGE: Scenario = {
  ...common,
  name: "one tenant, created and deleted, with outages of what all share and jumps in time",
  concurrency: 1,
  budget: { ...NOTHING, commands: 2, outages: 6, failures: 2, jumps: 2 },
};

/** A name passes from one tenant to another when the first has another one and has had it for long enough. */
export const RENAMES: Scenario = {
  ...common,
  name: "two tenants that are renamed to names that the other wants, with a crash and a failing Job",
  tenants: [...ONE, { id: ID.b, subdomain: "acme" }],
  newNames: ["acme", "zenith"],
  concurrency: 1,
  budget: { ...NOTHING, commands: 4, crashes: 1, failures: 1 },
};

/** Two customers and the pool want the same standby. */
export const POOL: Scenario = {
  ...common,
  name: "two customers for one standby, which the pool finds too old, with a crash",
  tenants: TWO_FOR_A_SLOT,
  standbys: [ID.c],
  concurrency: 1,
  budget: { ...NOTHING, commands: 2, crashes: 1 },
};

/** Two customers who want one name, one of whom gets a standby. */
export const POOL_NAME: Scenario = {
  ...common,
  name: "two customers who want one subdomain, a standby, and a failing Job",
  tenants: TWO_OF_A_NAME,
  standbys: [ID.c],
  concurrency: 1,
  budget: { ...NOTHING, commands: 2, failures: 1 },
};

/** A customer who gets a standby is renamed at once, and goes. */
export const POOL_RENAME: Scenario = {
  ...common,
  name: "a customer with a standby who is renamed, suspended or goes meanwhile",
  standbys: [ID.c],
  newNames: ["other"],
  concurrency: 1,
  budget: { ...NOTHING, commands: 3 },
};

/** A deletion is taken back, or its time is over, or both at once. */
export const RETENTION: Scenario = {
  ...common,
  name: "one tenant that is deleted, comes back or is deleted for good, with a crash and a failing Job",
  isRetaining: true,
  concurrency: 1,
  budget: { ...NOTHING, commands: 5, crashes: 1, failures: 1 },
};

/** The same with two reconciles that stall anywhere. */
export const RETENTION_STALLS: Scenario = {
  ...common,
  name: "one tenant that is deleted and comes back, two reconciles that stall anywhere",
  isRetaining: true,
  budget: { ...NOTHING, commands: 3 },
};

/** Backups of a site that is suspended, deleted and dropped meanwhile. */
export const BACKUPS: Scenario = {
  ...common,
  name: "one tenant with backups that is suspended, deleted or comes back meanwhile, with a failing Job",
  isMade: true,
  isBackingUp: true,
  isRetaining: true,
  concurrency: 1,
  budget: { ...NOTHING, commands: 3, failures: 1 },
};

/** Restores, one after the other, and one that is taken back. */
export const RESTORES: Scenario = {
  ...common,
  name: "one tenant that is restored, with that taken back or what is kept dropped",
  isMade: true,
  isRestoring: true,
  concurrency: 1,
  budget: { ...NOTHING, commands: 3 },
};

/** A restore that is overtaken, fails anywhere, or is not told of. */
export const RESTORE_FAILURES: Scenario = {
  ...common,
  name: "one tenant that is restored while it is suspended, deleted or comes back, with failing Jobs and a jump in time",
  isMade: true,
  isRestoring: true,
  isRetaining: true,
  concurrency: 1,
  budget: { ...NOTHING, commands: 2, failures: 2, jumps: 1 },
};

/** What an older backup holds is migrated in its place, or taken back. */
export const MIGRATIONS: Scenario = {
  ...common,
  name: "one tenant that is restored of an older backup, with that taken back, failing Jobs and a jump in time",
  isMade: true,
  isRestoring: true,
  isOlder: true,
  concurrency: 1,
  budget: { ...NOTHING, commands: 2, failures: 2, jumps: 1 },
};

/** The same with commands that come between. */
export const MIGRATION_COMMANDS: Scenario = {
  ...common,
  name: "one tenant that is restored of an older backup while it is suspended, deleted or comes back, with a failing Job",
  isMade: true,
  isRestoring: true,
  isOlder: true,
  isRetaining: true,
  concurrency: 1,
  budget: { ...NOTHING, commands: 3, failures: 1 },
};

/** A copy, whose source or backup may go meanwhile. A source is suspended, too. */
export const COPIES: Scenario = {
  ...common,
  name: "a tenant and a copy of it, either of which may go, as the backup may, with a failing Job",
  tenants: [{ id: ID.b, subdomain: "zenith" }],
  copies: [{ id: ID.a, subdomain: "acme", of: ID.b }],
  isMade: true,
  isLosingBackups: true,
  concurrency: 1,
  budget: { ...NOTHING, commands: 3, failures: 1 },
};

/** A copy that is there is suspended, resumed, restored, deleted and comes back. */
export const COPY_COMMANDS: Scenario = {
  ...common,
  name: "a copy that is suspended, resumed, deleted or restored and comes back, with a failing Job",
  tenants: [],
  copies: [{ id: ID.a, subdomain: "acme", of: ID.b }],
  isRetaining: true,
  isRestoring: true,
  concurrency: 1,
  budget: { ...NOTHING, commands: 4, failures: 1 },
};

/** A copy of an older backup, which is migrated before it has a name. */
export const OLDER_COPIES: Scenario = {
  ...common,
  name: "a copy of an older backup, with failing Jobs and a jump in time",
  tenants: [],
  copies: [{ id: ID.a, subdomain: "acme", of: ID.b }],
  isOlder: true,
  concurrency: 1,
  budget: { ...NOTHING, commands: 3, failures: 2, jumps: 1 },
};

/** Two reconciles of a copy that stall anywhere. */
export const COPY_STALLS: Scenario = {
  ...common,
  name: "a copy that is deleted, with two reconciles that stall anywhere",
  tenants: [],
  copies: [{ id: ID.a, subdomain: "acme", of: ID.b }],
  budget: { ...NOTHING, commands: 2 },
};

/** The newest backup is restored apart while other things are asked for. */
export const TESTS: Scenario = {
  ...common,
  name: "one tenant whose backup is restored apart while it is restored, suspended, deleted or comes back, with failing Jobs and a jump in time",
  isMade: true,
  isTesting: true,
  isRestoring: true,
  isRetaining: true,
  concurrency: 1,
  budget: { ...NOTHING, commands: 2, failures: 2, jumps: 1 },
};

/** Bundles of a backup that may go meanwhile. */
export const EXPORTS: Scenario = {
  ...common,
  name: "one tenant with exports of a backup that may be deleted, as the tenant may, with a failing Job and a crash",
  isMade: true,
  isExporting: true,
  isLosingBackups: true,
  concurrency: 1,
  budget: { ...NOTHING, commands: 3, failures: 1, crashes: 1 },
};

/** A site that goes to another bench while it is suspended, renamed, deleted or comes back, whatever fails on the way. */
export const UPGRADES: Scenario = {
  ...common,
  name: "one tenant that is upgraded while it is suspended, deleted or comes back, with failing Jobs and a jump in time",
  isMade: true,
  isRetaining: true,
  newBenches: ["next"],
  concurrency: 1,
  budget: { ...NOTHING, commands: 2, failures: 2, jumps: 1 },
};

/** The same with more commands. */
export const UPGRADE_COMMANDS: Scenario = {
  ...common,
  name: "one tenant that is upgraded, renamed, suspended, deleted and comes back, with a failing Job",
  isMade: true,
  isRetaining: true,
  newBenches: ["next", "main"],
  newNames: ["zenith"],
  concurrency: 1,
  budget: { ...NOTHING, commands: 3, failures: 1 },
};

/** A backup comes before, or nothing does. */
export const UPGRADE_BACKUPS: Scenario = {
  ...common,
  name: "one tenant with a backup before its upgrade that is suspended or deleted meanwhile, with a failing Job and a crash",
  isMade: true,
  isBackingUp: true,
  newBenches: ["next"],
  concurrency: 1,
  budget: { ...NOTHING, commands: 2, failures: 1, crashes: 1 },
};

/** Two reconciles that stall anywhere, while another command comes in between. */
export const UPGRADE_STALLS: Scenario = {
  ...common,
  name: "one tenant that is upgraded and gets another command, two reconciles that stall anywhere",
  isMade: true,
  newBenches: ["next"],
  budget: { ...NOTHING, commands: 2 },
};

/** The same while the site is taken back. */
export const UPGRADE_FAILURE_STALLS: Scenario = {
  ...common,
  name: "one tenant that is upgraded, with failing Jobs and two reconciles that stall anywhere",
  isMade: true,
  newBenches: ["next"],
  budget: { ...NOTHING, commands: 1, failures: 2 },
};

export const SCENARIOS = [
  STALLS,
  CRASHES,
  FAILURES,
  NAME,
  QUEUE,
  SLOT,
  BLOCKERS,
  OUTAGE,
  RENAMES,
  POOL,
  POOL_NAME,
  POOL_RENAME,
  RETENTION,
  RETENTION_STALLS,
  BACKUPS,
  RESTORES,
  RESTORE_FAILURES,
  MIGRATIONS,
  MIGRATION_COMMANDS,
  COPIES,
  COPY_COMMANDS,
  OLDER_COPIES,
  COPY_STALLS,
  TESTS,
  EXPORTS,
  UPGRADES,
  UPGRADE_COMMANDS,
  UPGRADE_BACKUPS,
  UPGRADE_STALLS,
  UPGRADE_FAILURE_STALLS,
];
