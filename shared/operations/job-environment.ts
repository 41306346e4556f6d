/**
 * The environment of the containers of site Jobs: everything variable reaches a script this way. Pure.
 *
 * @module
 */
import type { V1EnvVar } from "@kubernetes/client-node";
import type { DatabaseTls } from "../configuration/setting-types.ts";
import type { Bench } from "../configuration/bench.ts";
import { jobName, mainHost, secretName, siteHost, siteName } from "../tenant/names.ts";
import { currentDatabase, testedDatabase } from "../tenant/site-database.ts";
import { wantedNames } from "../tenant/site-names.ts";
import { isUnfinishedCopy } from "../tenant/tenant-copy.ts";
import type { Operation, Tenant } from "../tenant/tenant.ts";
import type { UpgradeLimits } from "./operation-definition.ts";

/** The Secret with the database administrator's `username` and `password`, made by the operator. */
export const DATABASE_ADMIN_SECRET = "frappe-database-admin";

/** What of the settings the scripts are told. */
export interface SiteSettings extends UpgradeLimits {
  baseDomain: string;
  benches: Bench[];
  databaseHost: string;
  databasePort: number;
  /** How much memory the migrations of an upgrade may use, as Kubernetes has it. */
  upgradeMemory: string;
  /** How long an upgrade waits for the site's background jobs. */
  upgradeDrainSeconds: number;
  /** How the site Jobs' own client reaches the database. */
  databaseTls: DatabaseTls;
  /** Whose certificates are believed then, in PEM; null for those that the image knows. */
  databaseCa: string | null;
  /** Where the router answers that finds a site by its host name; null where nobody looks. */
  routerUrl: string | null;
  /** The bucket of the tenants' backups; null where none is made. */
  backupBucket: string | null;
  /** Where that bucket's server answers. */
  backupEndpoint: string;
}

/** What of an operation its Job has to know. */
export type JobOperation = Pick<Operation, "kind" | "generation" | "attempt">;

/** What an environment is made of. */
export interface EnvironmentSource {
  tenant: Tenant;
  settings: SiteSettings;
  /** The bench that the Job works in. */
  bench: Bench;
}

/** Whose site it is and which operation comes to it: what every script needs. */
export function identity(
  { tenant, settings, bench }: EnvironmentSource,
  operation: JobOperation,
): V1EnvVar[] {
  const wanted = isUnfinishedCopy(tenant) ? null : mainHost(tenant.spec, settings.baseDomain);
  const host = tenant.status.site?.host ?? wanted;
  return [
    plain("TENANT_ID", tenant.id),
    plain("GENERATION", String(operation.generation)),
    plain("ATTEMPT", String(operation.attempt)),
    { name: "POD_UID", valueFrom: { fieldRef: { fieldPath: "metadata.uid" } } },
    plain("SITE", siteName(tenant.id)),
    plain("BENCH", bench.name),
    // The main address that the site has, or is to have; empty while nobody is to reach it.
    plain("HOST", host ?? ""),
  ];
}

/** Where the tenant's database is: the current one, or that of another name. */
export function database(
  { tenant, settings }: EnvironmentSource,
  name = currentDatabase(tenant),
): V1EnvVar[] {
  return [
    plain("DB_HOST", settings.databaseHost),
    plain("DB_PORT", String(settings.databasePort)),
    plain("DB_NAME", name),
  ];
}

/** What only a container that runs none of the apps' code may have. */
export function administrator(source: EnvironmentSource, name?: string): V1EnvVar[] {
  return [
    ...database(source, name),
    secret("DB_ROOT_USERNAME", DATABASE_ADMIN_SECRET, "username"),
    secret("DB_ROOT_PASSWORD", DATABASE_ADMIN_SECRET, "password"),
    ...databaseTls(source),
  ];
}

/** How the database is reached by a script's own client. */
export function databaseTls({ settings }: EnvironmentSource): V1EnvVar[] {
  return [plain("DB_TLS", settings.databaseTls), plain("DB_TLS_CA", settings.databaseCa ?? "")];
}

/** Who the customer of a site is: empty while it has none. */
export function customer({ tenant }: EnvironmentSource): V1EnvVar[] {
  const { profile } = tenant;
  return [
    secret("ADMIN_PASSWORD", jobName(tenant.id), "administrator_password"),
    plain("TENANT_EMAIL", profile.email),
    plain("TENANT_FIRST_NAME", profile.first_name ?? ""),
    plain("TENANT_LAST_NAME", profile.last_name ?? ""),
    plain("ORGANIZATION", profile.organization),
  ];
}

/**
 * The names that a site is to have: `SERVED_NAMES`, all that serve it, its main address first, and `FORMER_NAMES`, all that lead
 * to that. Empty while it has no customer.
 */
export function siteNames({ tenant, settings }: EnvironmentSource): V1EnvVar[] {
  const { subdomain, former_subdomains, domains } = wantedNames(tenant.spec);
  const hostOf = (name: string) => siteHost(name, settings.baseDomain);
  const own = subdomain === null ? [] : [hostOf(subdomain)];
  return [
    plain("SERVED_NAMES", [...domains, ...own].join(" ")),
    plain("FORMER_NAMES", former_subdomains.map(hostOf).join(" ")),
  ];
}

/** Which key is to be a user's, and whose: empty where nobody asked for one. */
export function loginKey({ tenant }: EnvironmentSource): V1EnvVar[] {
  const { login_link } = tenant.spec;
  return [
    plain("LOGIN_KEY_HASH", login_link?.key_hash ?? ""),
    plain("LOGIN_USER", login_link?.user ?? ""),
  ];
}

/** Which backup is to be made, and where it goes. Empty where nobody asked for one. */
export function backupTarget({ tenant, settings }: EnvironmentSource): V1EnvVar[] {
  const { backup } = tenant.spec;
  return [
    plain("BACKUP_BUCKET", settings.backupBucket ?? ""),
    plain("BACKUP_ENDPOINT", settings.backupEndpoint),
    plain("BACKUP_ID", backup?.id ?? ""),
    plain("BACKUP_KIND", backup?.kind ?? ""),
    plain("BACKUP_EXPIRES_AT", backup?.expires_at.toISOString() ?? ""),
    secret("BACKUP_KEY", secretName(tenant.id, "backup-key"), "key"),
  ];
}

/** Which backup is restored, whose it is, and where it comes from. Empty where nobody asked for it. */
export function restoreSource(source: EnvironmentSource): V1EnvVar[] {
  const { id, spec } = source.tenant;
  return storedBackup(source, spec.restore?.backup, spec.restore?.tenant ?? id);
}

/** Of which backup a bundle is made, and where both are. Empty where nobody asked for it. */
export function exportSource(source: EnvironmentSource): V1EnvVar[] {
  return storedBackup(source, source.tenant.spec.export?.backup);
}

/** Which backup is restored apart, where it comes from, and the database that is made of it and dropped again. */
export function testedBackup(source: EnvironmentSource): V1EnvVar[] {
  const { tenant } = source;
  return [
    ...storedBackup(source, tenant.status.backup?.id),
    plain("RESTORED_DATABASE", testedDatabase(tenant)),
  ];
}

/** Where a backup is, and the key of its owner's backups. `owner`: whose it is, where it may be another tenant's. */
function storedBackup(
  { tenant, settings }: EnvironmentSource,
  backupId: string | undefined,
  owner?: string,
): V1EnvVar[] {
  return [
    plain("BACKUP_BUCKET", settings.backupBucket ?? ""),
    plain("BACKUP_ENDPOINT", settings.backupEndpoint),
    plain("BACKUP_ID", backupId ?? ""),
    ...(owner === undefined ? [] : [plain("BACKUP_TENANT", owner)]),
    secret("BACKUP_KEY", secretName(owner ?? tenant.id, "backup-key"), "key"),
  ];
}

/** The database that is made of a backup, those that are kept, and whether the site is to be open in the end. */
export function restoreTarget(source: EnvironmentSource): V1EnvVar[] {
  return [
    plain("RESTORED_DATABASE", source.tenant.spec.restore?.database ?? ""),
    keptDatabases(source),
    siteIsOpen(source),
    quiet(source),
  ];
}

/** Whether the site is to be kept from acting on the world. */
export function quiet({ tenant }: EnvironmentSource): V1EnvVar {
  return plain("QUIET", tenant.spec.quiet ? "yes" : "no");
}

/** The databases that the site had before, and may have again. */
export function keptDatabases({ tenant }: EnvironmentSource): V1EnvVar {
  return plain("KEPT_DATABASES", tenant.status.kept.map((kept) => kept.database).join(" "));
}

/** The benches between which a site moves, and whether it is to be open in the end. */
export function betweenBenches(source: EnvironmentSource): V1EnvVar[] {
  const { upgrade } = source.tenant.status;
  return [
    plain("FROM_BENCH", upgrade?.from ?? ""),
    plain("TO_BENCH", upgrade?.to ?? ""),
    siteIsOpen(source),
  ];
}

/** What moves a site between them has, where it runs none of the apps' code. */
export function siteMover(source: EnvironmentSource): V1EnvVar[] {
  return [...administrator(source), tenantPassword(source), ...betweenBenches(source)];
}

/** Whether visitors reach the site, and shall. */
export function siteIsOpen({ tenant }: EnvironmentSource): V1EnvVar {
  return plain("SITE_IS_OPEN", tenant.status.site?.suspended === false ? "yes" : "no");
}

/** The password of the site's own database user. */
export function tenantPassword({ tenant }: EnvironmentSource): V1EnvVar {
  return secret("DB_PASSWORD", jobName(tenant.id), "database_password");
}

/** Where a script looks at what visitors get. */
export function visited({ settings, bench }: EnvironmentSource): V1EnvVar[] {
  return [plain("BENCH_URL", bench.url ?? ""), plain("ROUTER_URL", settings.routerUrl ?? "")];
}

export function plain(name: string, value: string): V1EnvVar {
  return { name, value: literal(value) };
}

function secret(name: string, inSecret: string, key: string): V1EnvVar {
  return { name, valueFrom: { secretKeyRef: { name: inSecret, key } } };
}

/**
 * Kubernetes replaces `$(NAME)` in `args` and in environment values, and reads `$$` as one dollar
 * sign (https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/).
 * This is the text that it turns into exactly the given one.
 */
export function literal(text: string): string {
  return text.replaceAll(/\$(?=[$(])/g, "$$$$");
}
