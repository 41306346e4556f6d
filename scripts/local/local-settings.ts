/**
 * The settings of `npm start` itself, beside those that it passes on to the functions.
 *
 * @module
 */
import type { FromSchema } from "json-schema-to-ts";
import { settingsParserOf, toList } from "../../shared/configuration/settings-parser.ts";
import type { Environment } from "../../shared/configuration/setting-types.ts";
import { localSettingsSchema } from "./local-settings-schema.ts";

export interface LocalSettings {
  port: number;
  namespace: string;
  /** How long the fake bench takes to make a site. */
  benchSeconds: number;
  /** How long it takes to set up a site's customer. */
  customerSeconds: number;
  /** How long each patch of a migration takes. */
  patchSeconds: number;
  /** `subdomain:step` or `subdomain:step:once`, comma-separated: where the fake bench fails. */
  benchFaults: string;
  /** How often the fake Cloud Scheduler sends a resync. */
  resyncSeconds: number;
  /** `host:port` of the emulators that already run; null for one that is to be started. */
  runningEmulators: { firestore: string | null; pubsub: string | null };
  /** Whether missing emulators may be fetched; null where the user is to be asked. */
  fetchEmulators: boolean | null;
  /** Where they are fetched from; null for where Google has them. */
  emulatorMirror: string | null;
  /** A real MariaDB to use; null for the fake. */
  mariadb: { host: string; port: number; username: string; password: string } | null;
}

const readLocal = settingsParserOf(localSettingsSchema);

export function parseLocalSettings(env: Environment): LocalSettings {
  const values = readLocal(env);
  return {
    port: values.PORT,
    namespace: values.GKE_NAMESPACE,
    benchSeconds: values.LOCAL_BENCH_SECONDS,
    customerSeconds: values.LOCAL_CUSTOMER_SECONDS,
    patchSeconds: values.LOCAL_PATCH_SECONDS,
    benchFaults: toList(values.LOCAL_BENCH_FAULTS).join(","),
    resyncSeconds: values.LOCAL_RESYNC_SECONDS,
    runningEmulators: {
      firestore: values.FIRESTORE_EMULATOR_HOST ?? null,
      pubsub: values.PUBSUB_EMULATOR_HOST ?? null,
    },
    fetchEmulators:
      values.LOCAL_FETCH_EMULATORS === undefined ? null : values.LOCAL_FETCH_EMULATORS === "true",
    emulatorMirror: values.LOCAL_EMULATOR_MIRROR ?? null,
    mariadb: toLocalMariadb(values),
  };
}

function toLocalMariadb(values: FromSchema<typeof localSettingsSchema>): LocalSettings["mariadb"] {
  if (values.LOCAL_MARIADB === undefined) return null;
  const [host = "", port = ""] = values.LOCAL_MARIADB.split(":");
  return {
    host,
    port: Number(port),
    username: values.LOCAL_MARIADB_USER,
    password: values.LOCAL_MARIADB_PASSWORD,
  };
}
