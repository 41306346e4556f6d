/**
 * A table in Markdown, with columns of even width, as the formatter writes it.
 *
 * @module
 */

export function toMarkdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const cells = [head, ...rows].map((row) => row.map(escapeCell));
  const widths = head.map((_, column) =>
    Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  const dashes = widths.map((width) => "-".repeat(width));
  const [first = [], ...others] = cells;
  return [first, dashes, ...others].map((row) => toLine(row, widths)).join("\n");
}

/** Escapes what Markdown would take for its own. Names in code stay as they are. */
function escapeCell(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith("`") ? part : part.replaceAll(/[*|]/g, "\\$&")))
    .join("");
}

function toLine(row: readonly string[], widths: readonly number[]): string {
  return `| ${widths.map((width, column) => (row[column] ?? "").padEnd(width)).join(" | ")} |`;
}
