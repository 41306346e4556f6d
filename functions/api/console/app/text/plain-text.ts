/**
 * Texts that come from elsewhere, such as a log's lines, made fit to be shown. Pure.
 *
 * @module
 */

/** What a terminal takes for a command (ECMA-48, 5.4 and 5.6): colours, titles, and whatever else begins with an escape. */
// oxlint-disable-next-line no-control-regex
const COMMANDS = /\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\])/g;

/** What is left of control characters, but for tabs and the ends of lines. */
const CONTROLS = /(?![\t\n])\p{Cc}/gu;

/** Characters by which a text turns the direction of what stands beside it. */
const DIRECTIONS = /\p{Bidi_Control}/gu;

/** A text without what would be no text on a page: commands of a terminal are gone, other such characters are seen. */
export function toPlainText(text: string): string {
  return text
    .replace(COMMANDS, "")
    .replace(/\r\n?/g, "\n")
    .replace(CONTROLS, (found) => toPicture(found))
    .replace(DIRECTIONS, (found) => `<U+${found.charCodeAt(0).toString(16).toUpperCase()}>`);
}

/** Unicode has a picture of each control character. */
function toPicture(found: string): string {
  const code = found.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? "\u2421" : "\ufffd";
}

/** How much of a text is shown before somebody asks for all of it: some lines of a message, some dozens of a log. */
const SHOWN_CHARACTERS = { beginning: 600, end: 8_000 } as const;

/** A text's beginning, or of a log its end, and whether that is all of it. */
export function shorten(
  text: string,
  keeps: "beginning" | "end",
): { text: string; isWhole: boolean } {
  const most = SHOWN_CHARACTERS[keeps];
  if (text.length <= most) return { text, isWhole: true };
  const part = keeps === "end" ? text.slice(-most) : text.slice(0, most);
  return { text: part, isWhole: false };
}
