/**
 * The settings of the local stack, as JSON Schema, in the form of those of the functions.
 *
 * @module
 */
import {
  emulatorSettings,
  hostAndPort,
  listOf,
  namespaceSetting,
  portNumber,
} from "../../shared/configuration/settings-schemas.ts";

/** What `npm start` itself needs, beside what it passes on to the functions. */
export const localSettingsSchema = {
  type: "object",
  properties: {
    PORT: { ...portNumber, default: 8080 },
    ...namespaceSetting,
    ...emulatorSettings,
    LOCAL_BENCH_SECONDS: {
      type: "number",
      minimum: 0,
      exclusiveMaximum: 10_000,
      default: 3,
      description: "a number of seconds below 10000",
    },
    LOCAL_BENCH_FAULTS: {
      type: "string",
      pattern: listOf("[a-z0-9-]+:[a-z-]+(:once)?"),
      description:
        "a comma-separated list of subdomain:step or subdomain:step:once, such as acme:install-app",
    },
    LOCAL_RESYNC_SECONDS: {
      type: "number",
      minimum: 0.1,
      exclusiveMaximum: 10_000,
      default: 5,
      description: "a number of seconds, at least 0.1 and below 10000",
    },
    LOCAL_FETCH_EMULATORS: {
      type: "string",
      enum: ["true", "false"],
      description: "true or false",
    },
    LOCAL_EMULATOR_MIRROR: {
      type: "string",
      pattern: "^https?://[^\\s?#]+$",
      description: "the URL of a directory that has the emulators' files",
    },
    LOCAL_MARIADB: hostAndPort,
    LOCAL_MARIADB_USER: { type: "string", default: "root", description: "a user's name" },
    LOCAL_MARIADB_PASSWORD: { type: "string", default: "", description: "a password" },
  },
} as const;
