/**
 * A text that somebody else has written, of any length: a message, or the end of a log.
 *
 * @module
 */
import { useState } from "preact/hooks";
import { shorten, toPlainText } from "../text/plain-text.ts";

interface Props {
  text: string;
  /** Whether it is a log: its lines stay lines, and its end is what counts. */
  isLog?: boolean;
  label?: string;
}

export function LongText({ text, isLog = false, label }: Props) {
  const [isAll, setIsAll] = useState(false);
  const part = isAll ? { text, isWhole: true } : shorten(text, isLog ? "end" : "beginning");
  const shown = toPlainText(part.text);
  return (
    <>
      {isLog ? (
        // Whoever has no mouse scrolls what can be focused.
        <pre class="log" tabIndex={0} role="region" aria-label={label ?? "Log"}>
          {shown}
        </pre>
      ) : (
        <span class="message">
          {shown}
          {!part.isWhole && "…"}
        </span>
      )}
      {!part.isWhole && (
        <button type="button" class="small" onClick={() => setIsAll(true)}>
          Show all of it ({Math.ceil(text.length / 1024)} KiB)
        </button>
      )}
    </>
  );
}
