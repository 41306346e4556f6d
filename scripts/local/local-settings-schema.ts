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
    PORT: { ...portNumber, title: "The port of the API", default: 8080 },
    ...namespaceSetting,
    ...emulatorSettings,
    LOCAL_BENCH_SECONDS: {
      title: "How long the fake bench takes to make a site",
      type: "number",
      minimum: 0,
      exclusiveMaximum: 10_000,
      default: 3,
      description: "a number of seconds below 10000",
    },
    LOCAL_CUSTOMER_SECONDS: {
      title: "How long the fake bench takes to set up a site's customer",
      type: "number",
      minimum: 0,
      exclusiveMaximum: 10_000,
      default: 0,
      description: "a number of seconds below 10000",
    },
    LOCAL_PATCH_SECONDS: {
      title: "How long each patch of a migration takes",
      type: "number",
      minimum: 0,
      exclusiveMaximum: 10_000,
      default: 0.5,
      description: "a number of seconds below 10000",
    },
    LOCAL_BENCH_FAULTS: {
      title:
        "The steps, or patches, at which the fake bench fails, by subdomain; with `:once` only the first time",
      type: "string",
      pattern: listOf("[a-z0-9-]+:[a-z0-9_.-]+(:once)?"),
      description:
        "a comma-separated list of subdomain:step or subdomain:step:once, such as acme:install-app",
    },
    LOCAL_RESYNC_SECONDS: {
      title: "How often a resync is sent; in the cloud it is every minute",
      type: "number",
      minimum: 0.1,
      exclusiveMaximum: 10_000,
      default: 5,
      description: "a number of seconds, at least 0.1 and below 10000",
    },
    LOCAL_FETCH_EMULATORS: {
      title:
        "`true` fetches missing emulators without asking, as `--fetch` does; `false` never fetches them",
      type: "string",
      enum: ["true", "false"],
      description: "true or false",
    },
    LOCAL_EMULATOR_MIRROR: {
      title: "Where to fetch the emulators from, in place of Google's server",
      type: "string",
      pattern: "^https?://[^\\s?#]+$",
      description: "the URL of a directory that has the emulators' files",
    },
    LOCAL_MARIADB: { ...hostAndPort, title: "A real MariaDB in place of the fake" },
    LOCAL_MARIADB_USER: {
      title: "A user who may make databases there",
      type: "string",
      default: "root",
      description: "a user's name",
    },
    LOCAL_MARIADB_PASSWORD: {
      title: "That user's password",
      type: "string",
      default: "",
      description: "a password",
    },
  },
} as const;
