/**
 * The documents `backups/{id}`, the records of backups, and `backup_keys/{tenantId}`, without which none of a tenant's
 * backups can be read.
 *
 * @module
 */
import type { DocumentSnapshot, Firestore, WriteBatch } from "@google-cloud/firestore";
import { showBackup } from "../backups/shown-backup.ts";
import type { ShownBackup } from "../backups/shown-backup.ts";
import { DamagedRecordError } from "../platform/errors.ts";
import type { BackupWrite } from "../reconciler/backup-writes.ts";
import type { Version } from "../reconciler/ports.ts";
import type { AnsweredRequest, IdempotentRequest, Repeated } from "../tenant/repeated-request.ts";
import { call, commit, everyDocument, GRPC, LOST_UPDATE, toDates } from "./firestore-calls.ts";
import { newestFirst } from "./newest-first.ts";
import type { RequestRecords } from "./request-records.ts";

/** More than rules keep of one tenant; more would be of hand-made ones. */
const MAX_LISTED = 1000;

const SALT = /^[0-9a-f]{64}$/;

export type Backups = ReturnType<typeof openBackups>;

/** What a command to a backup is decided on: the answer of the first time, or the record as it is; null when there is none. */
export type BackupBasis =
  | Repeated
  | { outcome: "first-time"; backup: ShownBackup | null; expiredRequest: Version | null };

export function openBackups(firestore: Firestore, requests: RequestRecords) {
  const backups = firestore.collection("backups");
  const keys = firestore.collection("backup_keys");

  /** Puts a write of a record into a batch. It never fails by itself: what the batch insists on is the tenant's. */
  function addWrite(batch: WriteBatch, { id, fields }: BackupWrite): void {
    batch.set(backups.doc(id), fields, { merge: true });
  }

  /** The backups of a tenant, the newest first, also when it is gone. */
  async function backupsOfTenant(tenantId: string): Promise<ShownBackup[]> {
    const ofTenant = newestFirst(backups.where("tenant_id", "==", tenantId));
    const { docs } = await call(ofTenant.limit(MAX_LISTED).get());
    return docs.flatMap((document) => toShownBackup(document) ?? []);
  }

  /** Null where there is none of this id. */
  async function readBackup(id: string): Promise<ShownBackup | null> {
    return toShownBackup(await call(backups.doc(id).get()));
  }

  /** How many backups and tests of them are under way or wait. */
  async function countPendingBackups(): Promise<number> {
    // Two counts, and not one query with an OR: each needs no index but its field's. No backup is in both.
    const counts = await Promise.all(
      [backups.where("state", "==", "pending"), backups.where("is_being_tested", "==", true)].map(
        async (query) => (await call(query.count().get())).data().count,
      ),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** Reads what a command to a backup needs in one call. */
  async function readBackupForCommand(
    id: string,
    request: IdempotentRequest | null,
  ): Promise<BackupBasis> {
    const { found, repeated, expired } = await requests.readWith(backups.doc(id), request);
    if (repeated !== null) return repeated;
    return { outcome: "first-time", backup: toShownBackup(found), expiredRequest: expired };
  }

  /** Nobody is to count on this backup any more, for it is about to be removed. */
  async function discardBackup(id: string): Promise<void> {
    const discarded = { state: "failed", reason: "Deleted" } as const;
    await commit(() => backups.doc(id).update({ ...discarded }), GRPC.NOT_FOUND);
  }

  /** Removes the record of a backup of which nothing is left, and records the request. False where that was there already. */
  async function deleteBackup(
    id: string,
    request: AnsweredRequest | null,
    expiredRequest: Version | null,
  ): Promise<boolean> {
    const batch = firestore.batch().delete(backups.doc(id));
    requests.addNew(batch, request, expiredRequest);
    return (await commit(() => batch.commit(), ...LOST_UPDATE, GRPC.ALREADY_EXISTS)) !== null;
  }

  /** The salt of a tenant's key, 64 digits in hex: the one that it has, or else this one from now on. */
  async function backupSalt(tenantId: string, salt: string): Promise<string> {
    const document = keys.doc(tenantId);
    const made = await commit(() => document.create({ salt }), GRPC.ALREADY_EXISTS);
    if (made !== null) return salt;
    const kept: unknown = (await call(document.get())).get("salt");
    // Of anything else a key would be made, too, and nobody would know of which.
    if (typeof kept === "string" && SALT.test(kept)) return kept;
    throw new DamagedRecordError(document.path, ["salt"]);
  }

  /** Every tenant that has a key, read some at a time. */
  async function* tenantsWithKey(): AsyncGenerator<string> {
    for await (const document of everyDocument(keys)) yield document.id;
  }

  /** From now on nobody can read a backup of this tenant. */
  async function deleteBackupKey(tenantId: string): Promise<void> {
    await call(keys.doc(tenantId).delete());
  }

  return {
    addWrite,
    methods: {
      backupsOfTenant,
      readBackup,
      countPendingBackups,
      readBackupForCommand,
      discardBackup,
      deleteBackup,
      backupSalt,
      tenantsWithKey,
      deleteBackupKey,
    },
  };
}

function toShownBackup(document: DocumentSnapshot): ShownBackup | null {
  const { createTime } = document;
  if (createTime === undefined) return null;
  const fields = toDates(document.data()) as Record<string, unknown>;
  return showBackup(fields, document.id, createTime.toDate());
}
