/**
 * The volume that benches, links and records of sites are on, as a directory of this machine.
 *
 * @module
 */
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { DEFAULT_BENCH } from "../../shared/configuration/bench.ts";
import { siteName } from "../../shared/tenant/names.ts";

/** Where on it is what. */
export interface Volume {
  root: string;
  /** What the router follows: the site of a host name is here, under that name. */
  hosts: string;
  /** Whose the sites are, and their fences. */
  tenants: string;
  /** The sites of the bench, by their permanent names. */
  sites: string;
}

export function volumeAt(root: string): Volume {
  return {
    root,
    hosts: join(root, "hosts"),
    tenants: join(root, "tenants"),
    sites: sitesOfBench(root, DEFAULT_BENCH),
  };
}

/** Where on a volume the sites of a bench are. */
export function sitesOfBench(root: string, bench: string): string {
  return join(root, "benches", bench, "sites");
}

/** Makes the directories that a volume has before there is a tenant. */
export function makeDirectories({ hosts, tenants, sites }: Volume): void {
  for (const directory of [hosts, tenants, sites]) mkdirSync(directory, { recursive: true });
}

/** Makes an empty one, which a bench's directory then has as its `sites`. */
export function makeVolume(volume: Volume, benchDirectory: string): void {
  makeDirectories(volume);
  symlinkSync(volume.sites, join(benchDirectory, "sites"));
}

/** Where the site of a tenant is in the bench of whoever names none, whatever names lead to it. */
export function siteDirectory({ sites }: Volume, tenantId: string): string {
  return join(sites, siteName(tenantId));
}
