/**
 * A copy of ACME: what makes it, in the order in which it is made.
 *
 * @module
 */
import { namelessSite } from "../../shared/tenant/site-names.ts";
import { asCopy } from "../../shared/tenant/tenant-copy.ts";
import { restoredDatabase } from "../../shared/tenant/site-database.ts";
import { newTenant, withChanges } from "../../shared/tenant/tenant.ts";
import type { Site, Spec, Tenant } from "../../shared/tenant/tenant.ts";
import { ACME } from "../crash/crash-injection.ts";
import { REQUESTER } from "./requester.ts";
import type { Work } from "./site-bench.ts";
import { BACKUP_ID } from "./stored-backup.ts";

const ID = "33333333-2222-4333-8444-555555555555";

/** As it is asked for. */
export const COPY: Tenant = asCopy(
  newTenant(
    {
      id: ID,
      commandId: "w",
      requestedBy: REQUESTER,
      organization: "Acme, once more",
      subdomain: "copy",
      email: "office@acme.example",
    },
    new Date(0),
  ),
  { backup: BACKUP_ID, tenant: ACME.id },
);

/** The database that it has in the end. */
export const COPIED = restoredDatabase(ID, 1);

const NAMELESS = namelessSite(COPY, { baseDomain: "kairos.app" });

/** It with a site, as the record has it. */
export function copyWith(site: Partial<Site>, spec: Partial<Spec> = {}): Tenant {
  return withChanges(COPY, { spec, status: { site: { ...NAMELESS, ...site } } });
}

const restored = { database: COPIED, quiet: true };
const done = { restore: "w" };

export const CREATE_COPY: Work = { kind: "create", tenant: COPY };

export const RESTORE_COPY: Work = { kind: "restore", tenant: copyWith({}), attempt: 2 };

export const NAME_COPY: Work = {
  kind: "rename",
  tenant: withChanges(copyWith(restored), { status: { done } }),
  attempt: 3,
};

const named = { ...restored, host: "copy.kairos.app", subdomain: "copy" };

/** What ends that it is quiet. */
export const RESUME_COPY: Work = {
  kind: "resume",
  tenant: copyWith({ ...named, suspended: null }, { quiet: false }),
  generation: 2,
};

/** What suspends it, and opens it again as it was, for an undelete say. */
export const SUSPEND_COPY: Work = { kind: "suspend", tenant: copyWith(named), generation: 2 };
export const REOPEN_COPY: Work = {
  kind: "resume",
  tenant: copyWith({ ...named, suspended: null }),
  generation: 3,
};

export const DROP_COPY: Work = { kind: "drop", tenant: copyWith(named), generation: 99 };
