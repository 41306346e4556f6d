/**
 * The code and the guarantees as they are.
 *
 * @module
 */
import { reconcile } from "../../shared/reconciler/reconcile.ts";
import { claimStandby } from "../../shared/tenant/standby.ts";
import { newTenant } from "../../shared/tenant/tenant.ts";
import { asCopy } from "../../shared/tenant/tenant-copy.ts";
import { applyCommand } from "../../shared/tenant/commands.ts";
import { explore, report } from "./explore.ts";
import type { Explored } from "./explore.ts";
import type { Code, Scenario } from "./explored-steps.ts";
import { ALL_GUARANTEES } from "./model.ts";

export const REAL_CODE: Code = { reconcile, newTenant, applyCommand, claimStandby, asCopy };

/** Nothing is wrong. */
export const REAL = { code: REAL_CODE, guarantees: ALL_GUARANTEES };

/** Explores the real code and prints how far it came. */
export function exploreReal(scenario: Scenario, maxStates: number): Explored {
  const explored = explore({ scenario, ...REAL }, maxStates);
  console.log(report(scenario, explored));
  return explored;
}
