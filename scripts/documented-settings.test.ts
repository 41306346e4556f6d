import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  apiSettingsSchema,
  gkeSettingsSchema,
  inClusterSettingsSchema,
  kubeconfigSettingsSchema,
} from "../shared/configuration/settings-schemas.ts";
import { localSettingsSchema } from "./local/local-settings-schema.ts";

const test = suite("the settings as they are documented");

const SETTINGS: Record<string, { description: string; default?: string | number }> = {
  ...apiSettingsSchema.properties,
  ...inClusterSettingsSchema.properties,
  ...gkeSettingsSchema.properties,
  ...kubeconfigSettingsSchema.properties,
  ...localSettingsSchema.properties,
};

/** The rows of README's table of settings: some have two or three names, and as many defaults. */
function readDocumented(): { names: string[]; defaults: string[] }[] {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const [, section = ""] = readme.split("\n## Settings\n");
  const rows = section
    .split("\n## ", 1)
    .join()
    .split("\n")
    .filter((line) => line.startsWith("| `"));
  return rows.map((row) => {
    const [, names = "", defaults = ""] = row.split("|");
    // What stands in brackets is the local stack's own.
    return { names: codesOf(names), defaults: codesOf(defaults.replace(/\(.*\)/, "")) };
  });
}

function codesOf(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code);
}

test("README's table and the schemas hold the same settings", () => {
  const documented = readDocumented().flatMap(({ names }) => names);
  assert.equal(documented.toSorted(), Object.keys(SETTINGS).toSorted());
});

for (const { names, defaults } of readDocumented()) {
  test(`README knows the default of ${names.join(" and ")}`, () => {
    const own = names.map((name) => String(SETTINGS[name]?.default ?? ""));
    assert.equal(
      defaults,
      own.filter((value) => value !== ""),
    );
  });
}

test.run();
