/**
 * `npm run docs:configuration`: writes docs/configuration.md from the schemas of the settings.
 *
 * @module
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  apiSettingsSchema,
  commonSettingsSchema,
  gkeSettingsSchema,
  inClusterSettingsSchema,
  kubeconfigSettingsSchema,
  reconcilerSettingsSchema,
} from "../shared/configuration/settings-schemas.ts";
import { localSettingsSchema } from "./local/local-settings-schema.ts";
import { repository } from "./repository.ts";
import { toSettingsPage } from "./documentation/settings-page.ts";
import type { SettingsGroup } from "./documentation/settings-page.ts";

export const CONFIGURATION_PAGE = "docs/configuration.md";

const GROUPS: readonly SettingsGroup[] = [
  {
    heading: "Every function",
    text: "Read by `api`, `provision`, `cleanup` and `publish`, which has no others.",
    schemas: [commonSettingsSchema],
  },
  {
    heading: "The API",
    text: "Read by `api`. It starts only if it can tell its callers: with `API_KEYS`, with `ALLOWED_CALLERS`, or with both. Google accounts are told by at least one of `API_AUDIENCE`, `GOOGLE_CLIENT_ID` and `IAP_AUDIENCE`. [operations.md](operations.md#who-may-see-and-do-what) says who may do what.",
    schemas: [apiSettingsSchema],
  },
  {
    heading: "Site Jobs",
    text: "Read by `provision` and `cleanup`.",
    schemas: [reconcilerSettingsSchema],
  },
  {
    heading: "The way to the cluster",
    text: "Read by `provision` and `cleanup`: the first of these that is set. `GKE_CLUSTER` and `GKE_LOCATION` belong together.",
    schemas: [inClusterSettingsSchema, gkeSettingsSchema, kubeconfigSettingsSchema],
  },
  {
    heading: "One machine",
    text: "Read by `npm start` and `npm run demo`, and by no function. [local-development.md](local-development.md) says what they set for the functions.",
    schemas: [localSettingsSchema],
  },
];

/** The whole page, as it is to be committed. */
export function configurationPage(): string {
  return toSettingsPage(GROUPS);
}

if (import.meta.main) {
  writeFileSync(join(repository, CONFIGURATION_PAGE), configurationPage());
  console.log(`${CONFIGURATION_PAGE} is written`);
}
