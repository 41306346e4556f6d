/**
 * Moves a site to another bench, and migrates it to the versions of the apps there. Visitors get a page that says so meanwhile. What
 * fails for good is taken back by a `revert`. Pure.
 *
 * @module
 */
import {
  goesOn,
  upgradeBegins,
  upgradeFails,
  upgradeSucceeds,
  whileAway,
} from "../../tenant/site-upgrade.ts";
import { BACKUP_KIND, isRequested, isRequestedOfSite, UPGRADE_KIND } from "../../tenant/tenant.ts";
import { betweenBenches, database, plain, siteMover, visited } from "../job-environment.ts";
import type { OperationDefinition, UpgradeLimits } from "../operation-definition.ts";
import { COMMON, FENCE, MIGRATION, REDIS } from "../script-parts.ts";

/** What the containers before and after the migration may take of the deadline. */
const OTHERS_SECONDS = 900;

const deadlineSeconds = ({ upgradeDeadlineMinutes }: UpgradeLimits) => upgradeDeadlineMinutes * 60;

/** Less than the Job's own deadline, which says less. */
const limitSeconds = (limits: UpgradeLimits) =>
  Math.max(OTHERS_SECONDS / 2, deadlineSeconds(limits) - OTHERS_SECONDS);

export const upgrade: OperationDefinition<typeof UPGRADE_KIND> = {
  kind: UPGRADE_KIND,
  // Once begun, it goes on whatever is commanded meanwhile. Before, the backup is made that was asked for with it.
  isNeeded: (tenant) =>
    goesOn(tenant) ||
    (isRequestedOfSite(tenant, UPGRADE_KIND) && !isRequested(tenant, BACKUP_KIND)),
  queueRank: 4,
  maxAttempts: 3,
  deadlineSeconds,
  bench: (tenant) => upgradeBegins(tenant).upgrade.to,
  secret: null,
  statusWhileWorking: (tenant) => ({ ...whileAway(tenant), ...upgradeBegins(tenant) }),
  // Never by itself: `setRight` comes before.
  statusWhenGivenUp: () => ({}),
  setRight: { record: upgradeFails, read: ({ upgrade: upgraded }) => upgraded?.failure ?? null },
  verified: upgradeSucceeds,
  containers: [
    {
      // It has the administrator's login, and runs none of the apps' code.
      name: "prepare",
      script: [...COMMON, ...FENCE, ...REDIS, ...MIGRATION, "upgrade/prepare-upgrade.sh"],
      limitSeconds,
      environment: (source) => [
        ...siteMover(source),
        plain("DRAIN_SECONDS", String(source.settings.upgradeDrainSeconds)),
      ],
    },
    {
      // The apps' code runs here, so it knows no password: the site's configuration has one for it.
      name: "migrate",
      script: [...COMMON, ...MIGRATION, "upgrade/migrate.sh"],
      limitSeconds,
      memory: ({ upgradeMemory }) => upgradeMemory,
      environment: (source) => [...database(source), ...betweenBenches(source)],
    },
    {
      name: "finish",
      script: [...COMMON, ...FENCE, ...REDIS, ...MIGRATION, "upgrade/finish-upgrade.sh"],
      limitSeconds: OTHERS_SECONDS / 2,
      environment: (source) => [...siteMover(source), ...visited(source)],
    },
  ],
};
