/**
 * The documents `rollouts/{id}`, and the tenants as a rollout looks for them. `system/rollout` names the one whose turn it
 * is, so that there is one at a time.
 *
 * @module
 */
import { FieldPath } from "@google-cloud/firestore";
import type { DocumentSnapshot, Firestore, Query, WriteBatch } from "@google-cloud/firestore";
import { AdapterError, DamagedRecordError } from "../platform/errors.ts";
import type { Stored, Version } from "../reconciler/ports.ts";
import { damagedRolloutFields, showDamagedRollout } from "../rollouts/damaged-rollout.ts";
import type { CandidateRange } from "../rollouts/observed-rollout.ts";
import { isOver } from "../rollouts/rollout.ts";
import type { Rollout } from "../rollouts/rollout.ts";
import type { AnsweredRequest, IdempotentRequest, Repeated } from "../tenant/repeated-request.ts";
import type { Tenant } from "../tenant/tenant.ts";
import { call, commit, GRPC, LOST_UPDATE, toDates } from "./firestore-calls.ts";
import { newestFirst, positionOf, startingAfter } from "./newest-first.ts";
import type { Position } from "./newest-first.ts";
import type { RequestRecords } from "./request-records.ts";
import { toStored } from "./tenant-documents.ts";
import { unchangedSince, versionOf } from "./versions.ts";

/** What came of asking for a rollout. `busy`: another one is not over. */
export type RolloutCreated = { outcome: "created" } | { outcome: "busy"; id: string } | Repeated;

/** What a command to a rollout is decided on: the answer of the first time, or the record as it is; null when there is none. */
export type RolloutBasis =
  | Repeated
  | { outcome: "first-time"; rollout: Stored<Rollout> | null; expiredRequest: Version | null };

/** What is written of a command to a rollout. */
export interface RolloutCommandWrite {
  /** Of the record as it was read; null where that stays so, and only the request is recorded. */
  update: { rollout: Stored<Rollout>; changes: Partial<Rollout> } | null;
  /** That it is this rollout's turn from now on; null where that stays as it is. */
  turn: Turn | null;
  request: AnsweredRequest | null;
  expiredRequest: Version | null;
}

/** Whose turn it is. */
export interface Turn {
  /** The rollout that is not over; null where there is none. */
  holder: string | null;
  /** Of the document that says so; null where there is none yet. */
  version: Version | null;
}

/** A tenant that was read for a rollout. */
export interface ReadTenant {
  id: string;
  /** Null where there is none, or nobody can read it. */
  tenant: Stored<Tenant> | null;
  isDamaged: boolean;
}

/** How many tenants a rollout would reach. */
export interface RolloutCounts {
  tenants: number;
  canaries: number;
}

/** A creation that meets something which is gone when it looks is tried again, but not for ever. */
const MAX_CREATE_COMMITS = 3;

/** Where a tenant's record says in which bench its site is. */
const BENCH = "status.site.bench";

export function openRollouts(firestore: Firestore, requests: RequestRecords) {
  const rollouts = firestore.collection("rollouts");
  const tenants = firestore.collection("tenants");
  const turns = firestore.doc("system/rollout");

  /**
   * Stores a new rollout, whose turn it is then, and the request's record: all or nothing. The client library may repeat a
   * commit by itself, so what is in the way can be its own earlier success.
   */
  async function createRollout(
    rollout: Rollout,
    request: AnsweredRequest | null,
    now: Date,
  ): Promise<RolloutCreated> {
    for (let commits = 0; commits < MAX_CREATE_COMMITS; commits++) {
      const met = await requests.readWith(turns, request);
      if (met.repeated !== null) return met.repeated;
      const turn = await toTurn(met.found);
      if (turn.holder === rollout.id) return { outcome: "created" };
      if (turn.holder !== null) return { outcome: "busy", id: turn.holder };
      const batch = firestore.batch().create(rollouts.doc(rollout.id), rollout);
      addTurn(batch, turn, rollout.id, now);
      requests.addNew(batch, request, met.expired);
      const written = await commit(() => batch.commit(), GRPC.ALREADY_EXISTS, ...LOST_UPDATE);
      if (written !== null) return { outcome: "created" };
    }
    throw new AdapterError("store", "unavailable", "what is in the rollout's way keeps changing");
  }

  /** Whose turn it is now. */
  async function readTurn(): Promise<Turn> {
    return toTurn(await call(turns.get()));
  }

  /** A rollout that nobody can read is worked on by nobody. */
  async function toTurn(found: DocumentSnapshot): Promise<Turn> {
    if (!found.exists) return { holder: null, version: null };
    const id = String(found.get("id"));
    const holder = await showRollout(id);
    const isHeld = holder !== null && !isOver(holder);
    return { holder: isHeld ? id : null, version: versionOf(found.updateTime) };
  }

  function addTurn(batch: WriteBatch, { version }: Turn, id: string, now: Date): void {
    // A write that changes nothing would leave the version as it is.
    const fields = { id, written_at: now };
    if (version === null) batch.create(turns, fields);
    else batch.update(turns, fields, unchangedSince(version));
  }

  /** Reads what a command needs in one call. Throws a `DamagedRecordError` for a request that is a first one. */
  async function readRolloutForCommand(
    id: string,
    request: IdempotentRequest | null,
  ): Promise<RolloutBasis> {
    const { found, repeated, expired } = await requests.readWith(rollouts.doc(id), request);
    if (repeated !== null) return repeated;
    return { outcome: "first-time", rollout: toStoredRollout(found), expiredRequest: expired };
  }

  /** Writes what a command comes to in one batch. False when anything is no longer as it was read. */
  async function writeRolloutCommand(write: RolloutCommandWrite, now: Date): Promise<boolean> {
    const { update, turn, request, expiredRequest } = write;
    const batch = firestore.batch();
    if (update !== null) {
      const { record, version } = update.rollout;
      batch.update(rollouts.doc(record.id), { ...update.changes }, unchangedSince(version));
      if (turn !== null) addTurn(batch, turn, record.id, now);
    }
    requests.addNew(batch, request, expiredRequest);
    return (await commit(() => batch.commit(), ...LOST_UPDATE, GRPC.ALREADY_EXISTS)) !== null;
  }

  /** A rollout to be worked on. Throws a `DamagedRecordError` where its record is damaged. */
  async function readRollout(id: string): Promise<Stored<Rollout> | null> {
    return toStoredRollout(await call(rollouts.doc(id).get()));
  }

  /** A rollout to be looked at, with a sentence on what is damaged in its record. */
  async function showRollout(id: string): Promise<Rollout | null> {
    return toShownRollout(await call(rollouts.doc(id).get()));
  }

  /** A page of the rollouts, the newest first. */
  async function listRollouts(
    limit: number,
    after: Position | null,
  ): Promise<{ rollouts: Rollout[]; next: Position | null }> {
    const list = newestFirst(rollouts);
    const rest = after === null ? list : restAfter(list, after);
    if (rest === null) return { rollouts: [], next: null };
    // One more than asked for tells whether more follow.
    const { docs } = await call(rest.limit(limit + 1).get());
    const page = docs.slice(0, limit);
    const last = page.at(-1);
    return {
      rollouts: page.flatMap((document) => toShownRollout(document) ?? []),
      next: docs.length <= limit || last === undefined ? null : positionOf(last),
    };
  }

  /** The rollouts that are to be looked at, those that have waited longest first. */
  async function dueRollouts(now: Date, limit: number): Promise<string[]> {
    const query = rollouts.where("next_check_at", "<=", now).orderBy("next_check_at").limit(limit);
    return (await call(query.select().get())).docs.map(({ id }) => id);
  }

  /** Writes changes to a rollout, if its record is still as it was read. Null when it has changed. */
  async function writeRollout(
    { record, version }: Stored<Rollout>,
    changes: Partial<Rollout>,
  ): Promise<Stored<Rollout> | null> {
    const document = rollouts.doc(record.id);
    const write = () => document.update({ ...changes }, unchangedSince(version));
    const written = await commit(write, ...LOST_UPDATE);
    if (written === null) return null;
    return { record: { ...record, ...changes }, version: versionOf(written.writeTime) };
  }

  /** Puts off the next look at a rollout, whatever its record is like otherwise. */
  async function putOffRollout(id: string, until: Date): Promise<void> {
    await commit(() => rollouts.doc(id).update({ next_check_at: until }), GRPC.NOT_FOUND);
  }

  /** These tenants, in any order, in one call. */
  async function readTenants(ids: readonly string[]): Promise<ReadTenant[]> {
    if (ids.length === 0) return [];
    const found = await call(firestore.getAll(...ids.map((id) => tenants.doc(id))));
    return found.map(toReadTenant);
  }

  /** The tenants of a range, in the order of their ids. */
  async function rolloutCandidates(
    range: CandidateRange,
  ): Promise<{ tenants: ReadTenant[]; isLast: boolean }> {
    const { from, canariesOnly, after, below, limit } = range;
    let query = inBenches(from, canariesOnly).orderBy(FieldPath.documentId()).limit(limit);
    if (after !== null) query = query.startAfter(after);
    if (below !== null) query = query.endBefore(below);
    const { docs } = await call(query.get());
    return { tenants: docs.map(toReadTenant), isLast: docs.length < limit };
  }

  /** How many tenants there are in these benches, pinned or not. */
  async function countInBenches(from: readonly string[]): Promise<RolloutCounts> {
    const [all, standbys, canaries] = await Promise.all(
      [
        inBenches(from, false),
        inBenches(from, false).where("spec.state", "==", "standby"),
        inBenches(from, true),
      ].map(async (query) => (await call(query.count().get())).data().count),
    );
    return { tenants: (all ?? 0) - (standbys ?? 0), canaries: canaries ?? 0 };
  }

  function inBenches(from: readonly string[], canariesOnly: boolean): Query {
    const there = tenants.where(BENCH, "in", from);
    return canariesOnly ? there.where("spec.canary", "==", true) : there;
  }

  return {
    createRollout,
    readTurn,
    readRolloutForCommand,
    writeRolloutCommand,
    readRollout,
    showRollout,
    listRollouts,
    dueRollouts,
    writeRollout,
    putOffRollout,
    readTenants,
    rolloutCandidates,
    countInBenches,
  };
}

/** Null after what has no time, which is in no list. */
function restAfter(list: Query, { createdAt, id }: Position): Query | null {
  return createdAt === null ? null : startingAfter(list, { createdAt, id });
}

/** One that is damaged keeps nobody from the others. */
function toReadTenant(document: DocumentSnapshot): ReadTenant {
  const { id } = document;
  try {
    return { id, tenant: toStored(document), isDamaged: false };
  } catch (error) {
    if (!(error instanceof DamagedRecordError)) throw error;
    return { id, tenant: null, isDamaged: true };
  }
}

function toStoredRollout(snapshot: DocumentSnapshot): Stored<Rollout> | null {
  if (!snapshot.exists) return null;
  const fields = toDates(snapshot.data()) as Record<string, unknown>;
  const damaged = damagedRolloutFields(fields, snapshot.id);
  if (damaged.length > 0) throw new DamagedRecordError(snapshot.ref.path, damaged);
  return { record: fields as unknown as Rollout, version: versionOf(snapshot.updateTime) };
}

/** A rollout to be looked at, however damaged its record is; null when it is not there. */
export function toShownRollout(snapshot: DocumentSnapshot): Rollout | null {
  if (!snapshot.exists) return null;
  const fields = toDates(snapshot.data()) as Record<string, unknown>;
  const damaged = damagedRolloutFields(fields, snapshot.id);
  if (damaged.length === 0) return fields as unknown as Rollout;
  const createdAt = snapshot.createTime?.toDate() ?? new Date(0);
  return showDamagedRollout(fields, snapshot.id, damaged, createdAt);
}
