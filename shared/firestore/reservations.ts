/**
 * The documents `subdomains/{subdomain}`: which tenant holds a name.
 *
 * @module
 */
import type { DocumentSnapshot, Firestore, WriteBatch } from "@google-cloud/firestore";
import type { Version } from "../reconciler/ports.ts";
import { call, commit, everyDocument, LOST_UPDATE } from "./firestore-calls.ts";
import { deleteIfHeld } from "./holders.ts";
import { unchangedSince, versionOf } from "./versions.ts";

/** A name that is taken, and by whom. */
export interface Reservation {
  subdomain: string;
  tenantId: string;
  reservedAt: Date;
  version: Version;
}

export type Reservations = ReturnType<typeof openReservations>;

export function openReservations(firestore: Firestore) {
  const subdomains = firestore.collection("subdomains");
  const documentOf = (subdomain: string) => subdomains.doc(subdomain);

  /** Puts the reservation of a name into a batch, which goes through only if nobody holds it. */
  function addNew(batch: WriteBatch, subdomain: string, tenantId: string): void {
    batch.create(documentOf(subdomain), { tenant_id: tenantId });
  }

  /** Puts the end of a tenant's reservation into a batch. A name of another's stays. */
  function addEnd(batch: WriteBatch, subdomain: string, tenantId: string): Promise<void> {
    return deleteIfHeld(batch, documentOf(subdomain), tenantId);
  }

  /** Every reservation, read some at a time. */
  async function* reservations(): AsyncGenerator<Reservation> {
    for await (const document of everyDocument(subdomains)) {
      yield {
        subdomain: document.id,
        tenantId: String(document.get("tenant_id")),
        reservedAt: document.createTime.toDate(),
        version: versionOf(document.updateTime),
      };
    }
  }

  /** Which tenant holds a name; null when it is free. */
  async function readReservation(subdomain: string): Promise<string | null> {
    return holderOf(await call(documentOf(subdomain).get()));
  }

  /** Gives a name back to a tenant, if its reservation is still as it was read. True when it was. */
  async function giveReservation(
    { subdomain, version }: Reservation,
    tenantId: string,
  ): Promise<boolean> {
    const write = () =>
      documentOf(subdomain).update({ tenant_id: tenantId }, unchangedSince(version));
    return (await commit(write, ...LOST_UPDATE)) !== null;
  }

  /** Sets a name free, if its reservation is still as it was read. */
  async function deleteReservation({ subdomain, version }: Reservation): Promise<void> {
    await commit(() => documentOf(subdomain).delete(unchangedSince(version)), ...LOST_UPDATE);
  }

  return {
    documentOf,
    addNew,
    addEnd,
    methods: { reservations, readReservation, giveReservation, deleteReservation },
  };
}

function holderOf(reservation: DocumentSnapshot): string | null {
  const holder: unknown = reservation.get("tenant_id");
  return typeof holder === "string" ? holder : null;
}
