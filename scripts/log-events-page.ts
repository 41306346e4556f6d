/**
 * `npm run docs:log-events`: writes docs/log-events.md from the constants that the code logs.
 *
 * @module
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { LOG_EVENTS } from "../shared/platform/log-events.ts";
import { DECISION_REASONS } from "../shared/reconciler/decision.ts";
import { toMarkdownTable } from "./documentation/markdown-table.ts";
import { repository } from "./repository.ts";

export const LOG_EVENTS_PAGE = "docs/log-events.md";

const HEAD = `# Log events

What the \`message\` of a line in the log may be. What varies is in the line's fields; [operations.md](operations.md#logs) says
which. Alerts, metrics and the dashboard look for these names.

Written by \`npm run docs:log-events\` from \`shared/platform/log-events.ts\` and \`shared/reconciler/decision.ts\`: not to be
edited by hand.`;

/** The whole page, as it is to be committed. */
export function logEventsPage(): string {
  const sections = [
    ["## Decisions about a tenant", toTable(DECISION_REASONS)],
    ["## All else", toTable(LOG_EVENTS)],
  ];
  return `${[HEAD, ...sections.flat()].join("\n\n")}\n`;
}

function toTable(events: Readonly<Record<string, string>>): string {
  const rows = Object.entries(events).map(([name, text]) => [`\`${name}\``, text]);
  return toMarkdownTable(["message", "what it says"], rows);
}

if (import.meta.main) {
  writeFileSync(join(repository, LOG_EVENTS_PAGE), logEventsPage());
  console.log(`${LOG_EVENTS_PAGE} is written`);
}
