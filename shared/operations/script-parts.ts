/**
 * What the scripts of site Jobs share, as lists of the files that they are made of. Pure.
 *
 * @module
 */

/** What every script begins with: time limit, messages, outages, and whose the site is. */
export const COMMON = [
  "scripts/relay.py",
  "scripts/time_limit.py",
  "scripts/redis.py",
  "scripts/outage.sh",
  "scripts/common.sh",
  "scripts/owner.sh",
  "scripts/directory.sh",
] as const;

/** For what talks to MariaDB as its administrator. */
export const DATABASE = ["scripts/database-client.sh", "scripts/database.sh"] as const;

/** For what makes a standby's site out of what another one's came to. */
export const GOLDEN = [
  "scripts/database-client.sh",
  "scripts/golden_config.py",
  "scripts/golden.sh",
] as const;

/** For what clears or checks the bench's Redis. */
export const REDIS = ["scripts/redis.sh"] as const;

/** For what configures a site and looks at it as a visitor does. */
export const SITE = ["scripts/site_config.py", "scripts/visit.py", "scripts/site.sh"] as const;

/** For what changes by which names visitors reach a site, or whether they reach it. */
export const HOSTS = ["scripts/hosts.sh"] as const;

/** For what gives a site to its customer. */
export const CUSTOMER = ["scripts/customer.py", "scripts/customer.sh"] as const;

/** For what gives a user of a site the key of a login link. */
export const LOGIN = ["scripts/login_key.py", "scripts/login.sh"] as const;

/** For what puts a site behind its fence, or takes that away. */
export const FENCE = [
  ...DATABASE,
  "scripts/fence.sh",
  ...SITE,
  ...HOSTS,
  "scripts/swapped_config.py",
  "scripts/swap.sh",
  "scripts/quiet.sh",
] as const;

/** For what tells which versions a site's apps have. */
export const APP_VERSIONS = ["scripts/app-versions.sh"] as const;

/** For what moves a site between two benches. */
export const MIGRATION = [
  ...APP_VERSIONS,
  "scripts/dump_rows.py",
  "scripts/check_dump.py",
  "scripts/migration.sh",
] as const;

/** For what reads a backup out of the bucket. */
const BACKUP_SOURCE = [
  "scripts/bucket.py",
  "scripts/backup_format.py",
  "scripts/compression.py",
  "scripts/restore_parts.py",
  "scripts/backup-source.sh",
] as const;

/** For what makes a database of a backup. */
export const RESTORE = [...BACKUP_SOURCE, "scripts/restored-database.sh"] as const;

/** For what makes a bundle of a backup. */
export const EXPORT = [...BACKUP_SOURCE, "export/export_parts.py"] as const;

/** For what puts a backup into the bucket. */
export const BACKUP = [
  "scripts/bucket.py",
  "scripts/backup_format.py",
  "scripts/compression.py",
  "scripts/dump_rows.py",
  "backup/backup_parts.py",
] as const;
