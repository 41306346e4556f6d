/**
 * The benches that an environment names: as a list, or as the one that there is where nobody needs several.
 *
 * @module
 */
import type { FromSchema } from "json-schema-to-ts";
import { parserOf } from "../platform/schema-parser.ts";
import { BENCH_NAME_PATTERN, DEFAULT_BENCH } from "./bench.ts";
import type { Bench } from "./bench.ts";
import { SettingsError, textOf, toList } from "./settings-parser.ts";
import type { Environment } from "./setting-types.ts";

/** A container image that cannot be another one tomorrow by its name's fault. */
export const IMAGE_PATTERN = "^\\S+[:@][^\\s/]+$";

/** The bench's web server, as Pods reach it. */
export const BENCH_URL_PATTERN = "^http://[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:\\d{1,5})?$";

const benchesSchema = {
  type: "array",
  minItems: 1,
  maxItems: 20,
  description: "a list of 1 to 20 benches",
  items: {
    type: "object",
    additionalProperties: false,
    required: ["name", "image"],
    description: "a bench, with name and image",
    properties: {
      name: {
        type: "string",
        pattern: BENCH_NAME_PATTERN,
        description: "a to z, 0 to 9 and hyphens, beginning with a letter, 32 characters at most",
      },
      image: {
        type: "string",
        pattern: IMAGE_PATTERN,
        description: "a container image with a tag or digest",
      },
      apps: {
        type: "array",
        minItems: 1,
        items: { type: "string", pattern: "^[a-z0-9_]+$", description: "a Frappe app" },
        description: "a list of Frappe apps",
      },
      url: {
        type: ["string", "null"],
        pattern: BENCH_URL_PATTERN,
        description: "an http URL of host and port",
      },
      current: { type: "boolean", description: "true or false" },
    },
  },
} as const;

const parse = parserOf(benchesSchema);

/** What the settings say of the one bench that there is without a list. */
export interface ValuesOfBench {
  FRAPPE_IMAGE: string;
  FRAPPE_APPS: string;
  BENCH_URL?: string | undefined;
}

/** The settings that a list of benches takes the place of. */
const REPLACED = ["FRAPPE_IMAGE", "BENCH_URL"] as const;

/**
 * The benches of `BENCHES`, of which exactly one is current; without it the one that the other settings describe. Throws a
 * `SettingsError`.
 */
export function toBenches(env: Environment, values: ValuesOfBench): Bench[] {
  const text = textOf(env, "BENCHES");
  const apps = toList(values.FRAPPE_APPS);
  if (text === undefined) {
    const { FRAPPE_IMAGE: image, BENCH_URL: url = null } = values;
    return [{ name: DEFAULT_BENCH, image, apps, url, current: true }];
  }
  const problems = REPLACED.filter((name) => textOf(env, name) !== undefined).map(
    (name) => `${name} must be left out beside BENCHES.`,
  );
  const found = parse(toJson(text));
  if (!found.ok) {
    const errors = found.errors.map(({ pointer, message }) => `BENCHES${pointer}: ${message}.`);
    throw new SettingsError([...problems, ...errors]);
  }
  const benches = found.value.map((bench) => toBench(bench, apps));
  problems.push(...problemsOf(benches));
  if (problems.length > 0) throw new SettingsError(problems);
  return benches;
}

/** Undefined, which no schema lets in, for what is no JSON. */
function toJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function toBench(
  { name, image, apps, url = null, current = false }: FromSchema<typeof benchesSchema>[number],
  usual: string[],
): Bench {
  return { name, image, apps: apps ?? usual, url, current };
}

function problemsOf(benches: readonly Bench[]): string[] {
  const names = new Set(benches.map(({ name }) => name));
  const current = benches.filter((bench) => bench.current).length;
  return [
    ...(names.size < benches.length ? ["BENCHES must not name two benches alike."] : []),
    ...(current === 1 ? [] : [`BENCHES must have one current bench; ${current} are.`]),
  ];
}
