/**
 * The documents `slots/{k}`: which tenant's site Job may run in the k-th slot.
 *
 * @module
 */
import type { Firestore, WriteBatch } from "@google-cloud/firestore";
import { isTenantId } from "../tenant/names.ts";
import { call, commit, LOST_UPDATE } from "./firestore-calls.ts";
import { deleteIfHeld } from "./holders.ts";
import { unchangedSince, versionOf } from "./versions.ts";

/** A slot that is taken, and by whom. */
export interface TakenSlot {
  slot: number;
  /** Of any form, where somebody else has written it. */
  tenantId: string;
}

/** Where a tenant's record says which slot its operation has. */
const SLOT_ON_RECORD = "status.operation.slot";

export type Slots = ReturnType<typeof openSlots>;

export function openSlots(firestore: Firestore) {
  const slots = firestore.collection("slots");
  const tenants = firestore.collection("tenants");
  const documentOf = (slot: number) => slots.doc(String(slot));

  /** Puts the taking of a slot into a batch, which goes through only if nobody has it. */
  function addNew(batch: WriteBatch, slot: number, tenantId: string, now: Date | undefined): void {
    batch.create(documentOf(slot), { tenant_id: tenantId, claimed_at: now });
  }

  /** Puts the freeing of a tenant's slot into a batch. A slot of another's stays. */
  function addEnd(batch: WriteBatch, slot: number, tenantId: string): Promise<void> {
    return deleteIfHeld(batch, documentOf(slot), tenantId);
  }

  /** Which slots are taken, and by whom. A document that no slot can have takes none. */
  async function readSlots(): Promise<TakenSlot[]> {
    return (await call(slots.get())).docs
      .filter(({ id }) => /^\d+$/.test(id))
      .map((document) => ({
        slot: Number(document.id),
        tenantId: String(document.get("tenant_id")),
      }));
  }

  /**
   * Frees a slot that no tenant knows of: its holder is gone, has no such slot on record, or is nobody. A slot
   * that lost its holder is given back to the tenant that has it on record. True when it was freed.
   */
  async function freeOrphanedSlot({ slot, tenantId }: TakenSlot): Promise<boolean> {
    const document = documentOf(slot);
    const taken = await call(document.get());
    if (!taken.exists || String(taken.get("tenant_id")) !== tenantId) return false;
    const knows = await whoKnowsOf(slot, tenantId);
    if (knows === tenantId) return false;
    const unchanged = unchangedSince(versionOf(taken.updateTime));
    const write = () =>
      knows === null
        ? document.delete(unchanged)
        : document.update({ tenant_id: knows }, unchanged);
    return (await commit(write, ...LOST_UPDATE)) !== null && knows === null;
  }

  /** The tenant that has a slot on record: its holder, where that is a tenant; null when nobody has. */
  async function whoKnowsOf(slot: number, holder: string): Promise<string | null> {
    if (isTenantId(holder)) {
      const found = await call(tenants.doc(holder).get());
      return found.get(SLOT_ON_RECORD) === slot ? holder : null;
    }
    const found = await call(tenants.where(SLOT_ON_RECORD, "==", slot).limit(1).get());
    return found.docs[0]?.id ?? null;
  }

  return { addNew, addEnd, methods: { readSlots, freeOrphanedSlot } };
}
