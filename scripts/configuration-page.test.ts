import { suite } from "uvu";
import * as assert from "uvu/assert";
import * as schemas from "../shared/configuration/settings-schemas.ts";
import { CONFIGURATION_PAGE, configurationPage } from "./configuration-page.ts";
import { toSettingsHelp } from "./documentation/settings-help.ts";
import { toSettingsPage } from "./documentation/settings-page.ts";
import type { SettingsGroup } from "./documentation/settings-page.ts";
import { localSettingsSchema } from "./local/local-settings-schema.ts";
import { readRepositoryFile } from "./repository.ts";

const test = suite("docs/configuration.md");

const setting = { title: "A thing", description: "a text, * or none" };

function pageOf(...groups: SettingsGroup["schemas"][]): string {
  return toSettingsPage(groups.map((group) => ({ heading: "H", text: "T", schemas: group })));
}

test("it is what the settings' schemas give; npm run docs:configuration writes it", () => {
  assert.fixture(
    Buffer.from(readRepositoryFile(CONFIGURATION_PAGE)).toString(),
    configurationPage(),
  );
});

test("it has every setting once", () => {
  const groups: object[] = [...Object.values<object>(schemas), localSettingsSchema];
  const names = groups.flatMap((schema) =>
    "properties" in schema ? Object.keys(schema.properties as object) : [],
  );
  const shown = [...configurationPage().matchAll(/^\| `(\w+)`/gm)].map(([, name = ""]) => name);
  assert.equal(shown.toSorted(), [...new Set(names)].toSorted());
});

test("a setting has its title, its rule and its default", () => {
  const page = pageOf([{ properties: { A: { ...setting, default: 5 } } }]);
  assert.match(page, /^\| `A` +\| A thing +\| a text, \\\* or none \| `5` +\|$/m);
});

test("a setting is required where its group cannot do without", () => {
  const schema = { required: ["A"], properties: { A: setting, B: setting } };
  assert.match(pageOf([schema]), /^\| `A` .* required \|\n\| `B` .* {9}\|$/m);
});

test("what is required for one of several ways is not required", () => {
  const [a, b] = [{ required: ["A"], properties: { A: setting } }, { properties: { B: setting } }];
  assert.not.match(pageOf([a, b]), /required/);
});

test("a setting stands in the first group that has it", () => {
  const schema = { properties: { A: setting } };
  assert.is(pageOf([schema], [schema]).split("`A`").length, 2);
});

test("for a terminal its lines are short, and without Markdown", () => {
  const long = { ...setting, title: `A \`thing\` ${"of many words ".repeat(20)}`, default: 5 };
  const lines = toSettingsHelp({ properties: { A: long } }).split("\n");
  assert.is(lines[0], "  A (5)");
  assert.is(lines[1]?.startsWith("      A thing of many words"), true);
  for (const line of lines) assert.ok(line.length < 100, line);
});

test.run();
