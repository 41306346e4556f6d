/**
 * A bench as settings name it, and what they say of upgrades.
 *
 * @module
 */
import { DEFAULT_BENCH } from "../../shared/configuration/bench.ts";
import type { Bench } from "../../shared/configuration/bench.ts";

export const MAIN_BENCH: Bench = {
  name: DEFAULT_BENCH,
  image: "frappe/erpnext:v16.32.3",
  apps: ["erpnext"],
  url: null,
  current: true,
};

export const UPGRADE_SETTINGS = {
  upgradeMemory: "4Gi",
  upgradeDrainSeconds: 600,
  upgradeDeadlineMinutes: 240,
} as const;
