/**
 * The endpoint that moves a tenant's site to another bench.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import { otherBackup } from "../../../shared/backups/schedule.ts";
import { BENCH_NAME_PATTERN } from "../../../shared/configuration/bench.ts";
import type { Bench } from "../../../shared/configuration/bench.ts";
import { applyCommand } from "../../../shared/tenant/commands.ts";
import { reasonSchema } from "../../../shared/tenant/field-schemas.ts";
import type { UpgradeCommand } from "../../../shared/tenant/upgrade-command.ts";
import { defineEndpoint } from "../http/endpoint.ts";
import type { ApiDependencies, Call } from "../http/endpoint.ts";
import { named } from "../http/named-schema.ts";
import { orNull } from "../http/or-null.ts";
import { validateOnlySchema } from "../http/parameter-schemas.ts";
import { Problem } from "../http/problem.ts";
import type { ApiResponse } from "../http/response.ts";
import { answerPlainly, COMMAND_ANSWERS } from "../tenants/command-endpoint.ts";
import { findTenant } from "../tenants/find-tenant.ts";
import { requireBench } from "./require-bench.ts";
import { toUpgradeOutlook, upgradeOutlookSchema } from "./upgrade-outlook.ts";

const upgradeSchema = named("Upgrade", {
  type: "object",
  additionalProperties: false,
  description: "a JSON object",
  required: ["bench"],
  properties: {
    bench: {
      type: "string",
      pattern: BENCH_NAME_PATTERN,
      title: "Where the site is to be",
      description: "the name of a bench",
      examples: ["v16-33"],
    },
    reason: orNull(reasonSchema),
  },
});

export const upgradeTenant = defineEndpoint({
  method: "POST",
  path: "/tenants/{id}/upgrade",
  summary: "Move a tenant's site to another bench, and migrate it to the versions there",
  description:
    "Where there are backups, one is made first. Then visitors get a page that says that the site is being updated, until it works in " +
    "its new bench. What fails for good is taken back to the old bench, as it was: the tenant stays `active`, and its `upgrade` " +
    "says why. It is not tried again unasked. What the site was before a restore cannot be had back after an upgrade. With `validate_only` nothing is done.",
  query: { type: "object", properties: { validate_only: validateOnlySchema } },
  body: upgradeSchema,
  answers: {
    200: {
      description: "With `validate_only`: what the upgrade would bring.",
      schema: upgradeOutlookSchema,
    },
    ...COMMAND_ANSWERS,
  },
  async handle(call, dependencies) {
    const { bench: name, reason = null } = call.body;
    const bench = requireBench("bench", name, dependencies.settings.benches);
    const command = {
      name: "upgrade",
      bench: name,
      backup: backupBefore(dependencies),
      reason,
    } as const;
    if (call.query.validate_only === true) return outlook(bench, command, call, dependencies);
    return answerPlainly(command, "The tenant is being upgraded.", call, dependencies);
  },
});

/** What is backed up before an upgrade; null where there are no backups. */
function backupBefore({ bucket }: ApiDependencies): UpgradeCommand["backup"] {
  return bucket ? otherBackup(randomUUID(), "before-upgrade", new Date()) : null;
}

async function outlook(
  to: Bench,
  command: UpgradeCommand,
  call: Omit<Call, "body" | "query">,
  dependencies: ApiDependencies,
): Promise<ApiResponse> {
  const now = new Date();
  const tenant = await findTenant(call, dependencies);
  const issued = { commandId: randomUUID(), requestedBy: call.requestedBy, now };
  const effect = applyCommand(tenant, command, issued);
  if (effect.outcome === "refused") throw new Problem(409, effect.why);
  const apps = await dependencies.store.appsOfBench(to.name);
  const isBackedUp = command.backup !== null;
  return { status: 200, body: toUpgradeOutlook({ tenant, to, apps, isBackedUp, now }) };
}
