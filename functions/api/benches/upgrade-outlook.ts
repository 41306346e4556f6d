/**
 * What an upgrade would bring, as far as the API knows. Pure.
 *
 * @module
 */
import type { FromSchema } from "json-schema-to-ts";
import { isBelow } from "../../../shared/tenant/app-versions.ts";
import type { AppVersions } from "../../../shared/tenant/app-versions.ts";
import type { Bench } from "../../../shared/configuration/bench.ts";
import { benchOf } from "../../../shared/tenant/tenant.ts";
import type { Tenant } from "../../../shared/tenant/tenant.ts";
import { named } from "../http/named-schema.ts";

const version = { type: ["string", "null"], description: "Null where nobody has looked." } as const;

export const upgradeOutlookSchema = named("UpgradeOutlook", {
  type: "object",
  additionalProperties: false,
  required: ["from", "to", "apps", "problems", "is_backed_up", "is_undo_lost"],
  properties: {
    from: { type: "string", description: "The bench where the site is." },
    to: { type: "string" },
    apps: {
      type: "array",
      items: {
        type: "object",
        additionalProperties: false,
        required: ["name", "from", "to"],
        properties: { name: { type: "string" }, from: version, to: version },
      },
    },
    problems: {
      type: "array",
      items: { type: "string" },
      description:
        "Why it would fail, in sentences. The site Job looks once more, at the image itself, before it touches anything.",
    },
    is_backed_up: { type: "boolean", description: "Whether a backup is made before." },
    is_undo_lost: {
      type: "boolean",
      description: "Whether a restore could be taken back until then, and not after.",
    },
  },
});

interface OutlookInput {
  tenant: Tenant;
  to: Bench;
  /** What the sites of that bench have; null where nobody has looked. */
  apps: AppVersions | null;
  isBackedUp: boolean;
  now: Date;
}

export function toUpgradeOutlook({
  tenant,
  to,
  apps,
  isBackedUp,
  now,
}: OutlookInput): FromSchema<typeof upgradeOutlookSchema> {
  const { site, kept } = tenant.status;
  const moves = Object.entries(site?.apps ?? {}).map(([name, from]) => ({
    name,
    from,
    to: apps?.[name] ?? null,
  }));
  return {
    from: benchOf(tenant),
    to: to.name,
    apps: moves,
    problems: moves.flatMap((move) => problemsOf(move, to, apps !== null)),
    is_backed_up: isBackedUp,
    is_undo_lost: kept.some(({ until }) => until > now),
  };
}

function problemsOf(
  { name, from, to: there }: { name: string; from: string; to: string | null },
  { name: bench, apps }: Bench,
  isKnown: boolean,
): string[] {
  if (there !== null) {
    return isBelow(there, from) ? [`${name} is ${from} at the site and ${there} in ${bench}.`] : [];
  }
  const isThere = name === "frappe" || apps.includes(name);
  return isThere || !isKnown ? [] : [`The site has the app ${name}, and ${bench} does not.`];
}
