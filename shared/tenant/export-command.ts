/**
 * The command that asks for a bundle of a backup, as everybody's bench can read it, and what is known of such bundles. Pure.
 *
 * @module
 */
import { changed, refused } from "./command-effect.ts";
import type { CommandEffect, CommandRequest } from "./command-effect.ts";
import {
  addSeconds,
  DAY_SECONDS,
  EXPORT_KIND,
  isIdle,
  isRequested,
  isSettled,
  siteOf,
} from "./tenant.ts";
import type { NewestExport, StatusChanges, Tenant } from "./tenant.ts";

/** A command that asks for an export. */
export interface ExportCommand {
  name: "export";
  /** The id of a backup of the tenant's that has succeeded. */
  backup: string;
}

/** For so long a bundle can be fetched. */
const EXPORT_SECONDS = DAY_SECONDS;

/** How far an export is: `failed` also where a deletion came before it. */
export const EXPORT_STATES = ["pending", "ready", "failed", "expired"] as const;

/** What is known of a backup's export. */
export type ExportState =
  | { state: "ready" | "expired"; bundle: NewestExport }
  | { state: "pending" | "failed"; bundle: null };

/** One at a time, and not while anything else is done to the site. One that is under way already is that one. */
export function requestExport(
  tenant: Tenant,
  { backup }: ExportCommand,
  issued: CommandRequest,
): CommandEffect {
  const { spec } = tenant;
  if (siteOf(tenant) === null) return refused("The tenant has no site yet.");
  if (!isIdle(tenant)) {
    if (!isRequested(tenant, EXPORT_KIND)) {
      return refused("Something else is being done to the tenant's site.");
    }
    return spec.export?.backup === backup
      ? { outcome: "unchanged" }
      : refused("Another backup of the tenant is being exported.");
  }
  const wanted = {
    export: { backup },
    requests: { ...spec.requests, [EXPORT_KIND]: issued.commandId },
  };
  return changed(tenant, issued, wanted, {});
}

/** An export has succeeded. Its time begins with the attempt, as none of its objects is older. */
export function exportMade({ spec, status: { operation } }: Tenant): StatusChanges {
  const request = spec.requests[EXPORT_KIND];
  if (spec.export === null || operation === null || request === undefined) return {};
  const { backup } = spec.export;
  const folder = `${operation.generation}.${operation.attempt}`;
  const expires_at = addSeconds(operation.slot_at ?? operation.started_at, EXPORT_SECONDS);
  return { export: { request, backup, folder, expires_at } };
}

/** How far the newest export of the tenant is, where it is this backup's; null where it is another's, or there is none. */
export function exportOf(tenant: Tenant, backup: string, now: Date): ExportState | null {
  const { spec, status } = tenant;
  if (spec.export?.backup !== backup) return null;
  if (isRequested(tenant, EXPORT_KIND) && !isSettled(tenant)) {
    return { state: "pending", bundle: null };
  }
  const bundle = status.export;
  const isIts = bundle !== null && bundle.request === spec.requests[EXPORT_KIND];
  if (!isIts) return { state: "failed", bundle: null };
  return { state: bundle.expires_at > now ? "ready" : "expired", bundle };
}
