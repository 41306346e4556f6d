/**
 * A table as CSV (RFC 4180), such as spreadsheets read. Pure.
 *
 * @module
 */

/** What a spreadsheet would take for a formula, and calculate, however somebody came to be called so. */
const FORMULA = /^[=+\-@\t\r]/;

/** One line, with its end. */
export function toCsvLine(cells: readonly (string | null)[]): string {
  return `${cells.map(toCell).join(",")}\r\n`;
}

function toCell(value: string | null): string {
  if (value === null) return "";
  const text = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
