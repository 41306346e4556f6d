/**
 * What the garbage collection has found, in words, and whether somebody has to see to it. Pure.
 *
 * @module
 */
import { LOG_EVENTS } from "../../../../../../shared/platform/log-events.ts";
import type { LogEvent } from "../../../../../../shared/platform/log-events.ts";
import { isTenantId } from "../../../../../../shared/tenant/names.ts";
import type { Finding } from "../../client/api-client.ts";

/** What to do about those that it has not put right itself; it touches nothing that is not provably of nobody. */
const ADVICE: ReadonlyMap<string, string> = new Map(
  Object.entries({
    DeletionUnfinished: "See in the database what is left of it; the site may be there still.",
    NameLost: "Find out who holds the name, for two tenants may want the same.",
    NameOfMissingTenant:
      "Remove the reservation in the database once its site is known to be gone.",
    NameOfNobody: "Correct or remove the reservation in the database.",
    RecordDamaged:
      "Correct these fields in the database. Nothing is done with the tenant until then.",
    UnknownJob: "Delete the Job if no other control plane works in this namespace.",
  } satisfies Partial<Record<LogEvent, string>>),
);

/** Those whose tenant is not there any more, so that there is no page of it. */
const OF_THE_GONE: ReadonlySet<string> = new Set<LogEvent>([
  "DeletionUnfinished",
  "DomainOfMissingTenant",
  "NameOfMissingTenant",
  "NameReleased",
  "OrphanedCertificateRemoved",
  "OrphanedJobRemoved",
  "OrphanedSecretRemoved",
  "UnknownJob",
]);

const WORDS: ReadonlyMap<string, string> = new Map(Object.entries(LOG_EVENTS));

export interface FindingGroup {
  event: string;
  /** What it means, as a heading. */
  words: string;
  /** What somebody has to do; null where it was put right. */
  advice: string | null;
  findings: Finding[];
}

/** Together by what they are; those that somebody has to see to first. */
export function groupFindings(findings: readonly Finding[]): FindingGroup[] {
  return [...Map.groupBy(findings, ({ event }) => event)]
    .map(([event, found]) => ({
      event,
      words: (WORDS.get(event) ?? event).replace(/\.$/, ""),
      advice: ADVICE.get(event) ?? null,
      findings: found,
    }))
    .toSorted((left, right) => Number(left.advice === null) - Number(right.advice === null));
}

/** The tenant that a finding is about, if it has a page: people write into the database, and then an id may be anything. */
export function shownTenantOf({ event, tenant_id }: Finding): string | null {
  const isShown = tenant_id !== null && isTenantId(tenant_id) && !OF_THE_GONE.has(event);
  return isShown ? tenant_id : null;
}
