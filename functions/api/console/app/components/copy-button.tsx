/**
 * A button that puts a text into the clipboard, and says so when it is there.
 *
 * @module
 */
import { useEffect, useState } from "preact/hooks";

const SHOWN_MILLISECONDS = 3_000;

export function CopyButton({ text, name = "Copy" }: { text: string; name?: string }) {
  const [said, setSaid] = useState<string | null>(null);
  useEffect(() => {
    if (said === null) return;
    const timer = setTimeout(() => setSaid(null), SHOWN_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [said]);

  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      setSaid("Copied");
    } catch {
      setSaid("The browser does not allow it: select the text");
    }
  }

  return (
    <span class="copy">
      <button type="button" class="small" onClick={() => void copy()}>
        {name}
      </button>
      <span role="status">{said}</span>
    </span>
  );
}
