/**
 * The rules of copies. That their sources are left alone, the rules of every tenant say.
 *
 * @module
 */
import { databaseName } from "../../shared/tenant/names.ts";
import { isUnfinishedCopy } from "../../shared/tenant/tenant-copy.ts";
import type { Tenant } from "../../shared/tenant/tenant.ts";
import type { State } from "./model.ts";
import { holds } from "./violation.ts";

/** What holds of a tenant in every state. */
export function checkCopy(record: Tenant, { sites, hosts, databases }: State): void {
  const { id, spec } = record;
  const isKept = spec.state === "retained" && isUnfinishedCopy(record);
  holds(!isKept, "nothing is kept of a copy that is not finished");
  const site = sites[id];
  if (site === undefined || site.state === "half") return;
  // What every copy is at first.
  const isEmpty = site.database === databaseName(id);
  const isLedTo = Object.values(hosts).some(({ owner }) => owner === id);
  holds(
    !isCopy(record) || !isLedTo || !isEmpty,
    "nobody reaches a copy before it holds what the backup holds",
  );
  holds(
    !spec.quiet || isEmpty || databases[site.database]?.isQuiet === true,
    "a copy is quiet until it is resumed",
  );
}

function isCopy({ id, spec: { restore } }: Tenant): boolean {
  return restore !== null && restore.tenant !== id;
}

/** What holds of a step of a tenant. */
export function checkQuiet(was: Tenant, record: Tenant): void {
  const isEnded = was.spec.quiet && !record.spec.quiet;
  const isResumed = record.spec.command_id.startsWith("resume ");
  holds(!isEnded || isResumed, "only a resume ends that a copy is quiet");
}

/** What holds of a tenant, whose command is carried out, when nothing goes on any more. */
export function checkQuietAtRest({ id, spec, status }: Tenant, { sites, databases }: State): void {
  const site = sites[id];
  if (site?.state !== "active") return;
  const isQuiet = databases[site.database]?.isQuiet === true;
  holds(
    isQuiet === spec.quiet && status.site?.quiet === spec.quiet,
    "who is resumed acts on the world, and nobody else",
  );
}
