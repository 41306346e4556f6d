/**
 * The document `system/garbage-collection`: what the newest garbage collection has found. It holds no more than the log
 * lines of that run, and the next one overwrites it.
 *
 * @module
 */
import type { Firestore } from "@google-cloud/firestore";
import type { Fields } from "../tenant/field-checks.ts";
import { toText, toTime } from "../tenant/shown-fields.ts";
import { call, toDates } from "./firestore-calls.ts";

/** Something that was not as it should be. */
export interface StoredFinding {
  /** The name of its log line. */
  event: string;
  tenant_id: string | null;
  subdomain: string | null;
  domain: string | null;
  /** The fields of a record that are damaged. */
  damaged: string[];
  at: Date;
}

/** A garbage collection that has ended. */
export interface CollectionRun {
  finished_at: Date;
  /** How many there were; the document holds fewer where they are too many. */
  findings_total: number;
  findings: StoredFinding[];
  /** Which parts were not finished, each with why. */
  failed: string[];
}

/** The document, as it is shown. Before the first run there is nothing in it. */
export interface ShownCollection extends Omit<CollectionRun, "finished_at"> {
  finished_at: Date | null;
  /** When a run began that has not ended; null where there is none. */
  running_since: Date | null;
}

/** How many findings the document holds, and how many failures. */
export const MAX_LISTED = 200;

/** And how much of each text in it, for people write to the database too: together far below what a document may hold. */
const MAX_CHARACTERS = 300;
const MAX_FIELDS = 10;

export function openGarbageCollection(firestore: Firestore) {
  const document = firestore.doc("system/garbage-collection");

  /** Notes that a run begins. What the one before has found stays. */
  async function beginGarbageCollection(now: Date): Promise<void> {
    await call(document.set({ running_since: now }, { merge: true }));
  }

  /** Notes what a run has come to, in the place of the one before. Of too many findings it keeps the first. */
  async function endGarbageCollection(run: CollectionRun): Promise<void> {
    await call(document.set({ ...bounded(run), running_since: null }));
  }

  async function readGarbageCollection(): Promise<ShownCollection> {
    return show(toDates((await call(document.get())).data() ?? {}) as Fields);
  }

  return { beginGarbageCollection, endGarbageCollection, readGarbageCollection };
}

function bounded({ finished_at, findings_total, findings, failed }: CollectionRun): CollectionRun {
  return {
    finished_at,
    findings_total,
    findings: findings.slice(0, MAX_LISTED).map((finding) => ({
      ...finding,
      tenant_id: cut(finding.tenant_id),
      subdomain: cut(finding.subdomain),
      domain: cut(finding.domain),
      damaged: finding.damaged.slice(0, MAX_FIELDS).map((field) => cut(field) ?? ""),
    })),
    failed: failed.slice(0, MAX_LISTED).map((why) => cut(why) ?? ""),
  };
}

function cut(text: string | null): string | null {
  return text && text.slice(0, MAX_CHARACTERS);
}

/** What can be read of it, however damaged. */
function show(fields: Fields): ShownCollection {
  const { findings_total } = fields;
  const findings = listIn(fields["findings"]).flatMap((one) => showFinding(one) ?? []);
  return {
    finished_at: toTime(fields["finished_at"]),
    running_since: toTime(fields["running_since"]),
    findings_total: Number.isSafeInteger(findings_total)
      ? Math.max(findings.length, findings_total as number)
      : findings.length,
    findings,
    failed: listIn(fields["failed"]).map(String),
  };
}

function showFinding(value: unknown): StoredFinding | null {
  if (typeof value !== "object" || value === null) return null;
  const fields = value as Fields;
  const [event, at] = [toText(fields["event"]), toTime(fields["at"])];
  if (event === null || at === null) return null;
  return {
    event,
    tenant_id: toText(fields["tenant_id"]),
    subdomain: toText(fields["subdomain"]),
    domain: toText(fields["domain"]),
    damaged: listIn(fields["damaged"]).map(String),
    at,
  };
}

function listIn(value: unknown): unknown[] {
  return Array.isArray(value) ? value.slice(0, MAX_LISTED) : [];
}
