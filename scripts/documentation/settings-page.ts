/**
 * The settings' JSON schemas as a page in Markdown: a table for each group.
 *
 * @module
 */
import { toMarkdownTable } from "./markdown-table.ts";

/** Settings that are read together. A setting is shown in the first group that has it. */
export interface SettingsGroup {
  heading: string;
  text: string;
  /** Several are alternatives, and what only one of them requires is not shown as required. */
  schemas: readonly SettingsSchema[];
}

export interface SettingsSchema {
  required?: readonly string[];
  properties: Readonly<Record<string, DocumentedSetting>>;
}

interface DocumentedSetting {
  /** What it is for. */
  title: string;
  /** Ends the sentence "NAME must be …". */
  description: string;
  default?: string | number;
}

const HEAD = `# Configuration

The settings, from the environment. Each function reads its own once, when it starts, and reports all mistakes at once.
A setting that is empty is not set. Terraform sets those of the cloud
([terraform/README.md](../terraform/README.md)).

Written by \`npm run docs:configuration\` from the schemas that check them
(\`shared/configuration/settings-schemas.ts\`): not to be edited by hand.`;

/** The whole page, formatted as the formatter would. */
export function toSettingsPage(groups: readonly SettingsGroup[]): string {
  const sections = groups.map((group, index) => {
    const before = groups.slice(0, index).flatMap(settingsOf);
    return toSection(group, new Set(before.map(([name]) => name)));
  });
  return `${[HEAD, ...sections].join("\n\n")}\n`;
}

function toSection(group: SettingsGroup, shownBefore: ReadonlySet<string>): string {
  const { heading, text, schemas } = group;
  const required = schemas.length === 1 ? (schemas[0]?.required ?? []) : [];
  const rows = settingsOf(group)
    .filter(([name]) => !shownBefore.has(name))
    .map(([name, setting]) => toRow(name, setting, required.includes(name)));
  const table = toMarkdownTable(["setting", "what it is for", "it must be", "default"], rows);
  return [`## ${heading}`, text, table].join("\n\n");
}

function settingsOf({ schemas }: SettingsGroup): [name: string, setting: DocumentedSetting][] {
  return schemas.flatMap(({ properties }) => Object.entries(properties));
}

function toRow(name: string, setting: DocumentedSetting, isRequired: boolean): string[] {
  const { title, description, default: value = "" } = setting;
  const inCode = value === "" ? "" : `\`${value}\``;
  return [`\`${name}\``, title, description, isRequired ? "required" : inCode];
}
