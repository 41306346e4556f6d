/**
 * The settings' JSON schemas as text for a terminal.
 *
 * @module
 */
import type { SettingsSchema } from "./settings-page.ts";

const WIDTH = 98;
const INDENT = " ".repeat(6);

/** Each setting's name and default, and below them what it is for and what it must be. */
export function toSettingsHelp({ properties }: SettingsSchema): string {
  return Object.entries(properties)
    .map(([name, { title, description, default: value = "" }]) => {
      const byDefault = value === "" ? "" : ` (${value})`;
      return `  ${name}${byDefault}\n${wrap(`${title}: ${description}`.replaceAll("`", ""))}`;
    })
    .join("\n");
}

/** Breaks a text between words into indented lines. */
function wrap(text: string): string {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = `${lines.at(-1) ?? ""} ${word}`.trimStart();
    if (line.length > WIDTH - INDENT.length) lines.push(word);
    else lines[lines.length - 1] = line;
  }
  return lines.map((line) => INDENT + line).join("\n");
}
