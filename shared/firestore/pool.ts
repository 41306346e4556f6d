/**
 * The pool as the database has it: its standbys among `tenants/{id}`, and what it remembers in `pools/main`.
 *
 * @module
 */
import type { DocumentData, Firestore, QueryDocumentSnapshot } from "@google-cloud/firestore";
import { DamagedRecordError } from "../platform/errors.ts";
import type { PoolState } from "../reconciler/plan-pool.ts";
import { NEW_POOL } from "../reconciler/plan-pool.ts";
import type { Stored, Version } from "../reconciler/ports.ts";
import type { Standby, Tenant } from "../tenant/tenant.ts";
import { call, commit, GRPC, LOST_UPDATE, toDates } from "./firestore-calls.ts";
import { toStored } from "./tenant-documents.ts";
import type { Tenants } from "./tenants.ts";
import { unchangedSince, versionOf } from "./versions.ts";

/** What the pool remembers, as it was read; without a version, nothing yet. */
export interface StoredPool {
  state: PoolState;
  version: Version | null;
}

/** The standbys that were read. */
export interface Standbys {
  /** Those whose records are whole. */
  standbys: Stored<Tenant>[];
  /** Whether these are all that there are. */
  isComplete: boolean;
}

/** How many standbys there are. */
export interface PoolCounts {
  total: number;
  ready: number;
  /** The ready ones that are made with what new sites have now. */
  current: number;
  failed: number;
}

export function openPool(firestore: Firestore, { tenants }: { tenants: Tenants }) {
  const pool = firestore.doc("pools/main");
  const documents = firestore.collection("tenants");
  const standbysOnly = documents.where("spec.state", "==", "standby");

  async function readStandbys(limit: number): Promise<Standbys> {
    const { docs } = await call(standbysOnly.limit(limit).get());
    return { standbys: docs.flatMap(wholeOnes), isComplete: docs.length < limit };
  }

  async function readPool(): Promise<StoredPool> {
    const found = await call(pool.get());
    if (!found.exists) return { state: NEW_POOL, version: null };
    return { state: toState(toDates(found.data())), version: versionOf(found.updateTime) };
  }

  /**
   * Writes what the pool remembers and, in the same batch, new standbys: whoever has read the pool before that, and
   * so perhaps not seen them, makes none. False when the pool is not as it was read; the client library may repeat a commit
   * by itself, so that can be its own earlier success.
   */
  async function writePool(
    { version }: StoredPool,
    state: PoolState,
    made: readonly Tenant[],
    now: Date,
  ): Promise<boolean> {
    const batch = firestore.batch();
    // A write that changes nothing would leave the version as it is.
    const fields = { ...state, written_at: now };
    if (version === null) batch.create(pool, fields);
    else batch.update(pool, fields, unchangedSince(version));
    for (const tenant of made) tenants.addNew(batch, tenant);
    return (await commit(() => batch.commit(), ...LOST_UPDATE, GRPC.ALREADY_EXISTS)) !== null;
  }

  /** A ready standby that is made with what new sites have now: the next one after an id, around the end. */
  async function findStandby(
    standby: Standby,
    afterId: string,
    milliseconds: number,
  ): Promise<Stored<Tenant> | null> {
    const ready = documents
      .where("spec.standby", "==", standby)
      .orderBy("status.standby_key")
      .limit(1);
    for (const range of [
      ready.where("status.standby_key", ">=", afterId),
      ready.where("status.standby_key", ">", "").where("status.standby_key", "<", afterId),
    ]) {
      const [found] = (await call(range.get(), milliseconds)).docs;
      if (found !== undefined) return toStored(found);
    }
    return null;
  }

  async function countPool(standby: Standby): Promise<PoolCounts> {
    const ready = documents.where("status.standby_key", ">", "");
    const [total, all, current, failed] = await Promise.all(
      [
        standbysOnly,
        ready,
        ready.where("spec.standby", "==", standby),
        standbysOnly.where("status.phase", "==", "failed"),
      ].map(async (query) => (await call(query.count().get())).data().count),
    );
    return { total: total ?? 0, ready: all ?? 0, current: current ?? 0, failed: failed ?? 0 };
  }

  return { readStandbys, readPool, writePool, findStandby, countPool };
}

/** A damaged record is no standby: the garbage collection tells of it. */
function wholeOnes(document: QueryDocumentSnapshot): Stored<Tenant>[] {
  try {
    const stored = toStored(document);
    return stored === null ? [] : [stored];
  } catch (error) {
    if (error instanceof DamagedRecordError) return [];
    throw error;
  }
}

/** What is not as it should be in the document, for people write to the database too, is as in a new one. */
function toState(fields: unknown): PoolState {
  const { failures, counted, last_failure_at, paused_until } = fields as DocumentData;
  return {
    failures: Number.isInteger(failures) ? (failures as number) : 0,
    counted: Array.isArray(counted) ? counted.map(String) : [],
    last_failure_at: last_failure_at instanceof Date ? last_failure_at : null,
    paused_until: paused_until instanceof Date ? paused_until : null,
  };
}
