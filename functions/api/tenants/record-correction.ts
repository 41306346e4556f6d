/**
 * Corrects what a caller once said of a tenant.
 *
 * @module
 */
import type { Store } from "../../../shared/firestore/store.ts";
import { correct } from "../../../shared/tenant/commands.ts";
import type { CommandEffect } from "../../../shared/tenant/command-effect.ts";
import type { Corrections } from "../../../shared/tenant/commands.ts";
import { isDeleted } from "../../../shared/tenant/tenant.ts";
import type { Tenant } from "../../../shared/tenant/tenant.ts";
import { LOST_RACE, untilWritten } from "./until-written.ts";

/** What came of a correction; when it is `changed`, the tenant is as the caller wants it. */
export type CorrectionResult =
  | { outcome: "changed"; tenant: Tenant }
  | Extract<CommandEffect, { outcome: "refused" }>;

/**
 * Records a correction. Null when there is no such tenant. The client library may repeat a commit by itself,
 * so a lost race can be its own earlier success: then all is so already.
 */
export function recordCorrection(
  store: Store,
  tenantId: string,
  corrections: Corrections,
  now: Date,
): Promise<CorrectionResult | null> {
  return untilWritten(tenantId, async (): Promise<CorrectionResult | null | typeof LOST_RACE> => {
    const stored = await store.readTenant(tenantId);
    if (stored === null || isDeleted(stored.record)) return null;
    const { record } = stored;
    const effect = correct(record, corrections, now);
    if (effect.outcome === "refused") return effect;
    if (effect.outcome === "unchanged") return { outcome: "changed", tenant: record };
    const written = await store.writeTenant(stored, effect.changes);
    return written === null ? LOST_RACE : { outcome: "changed", tenant: written.record };
  });
}
