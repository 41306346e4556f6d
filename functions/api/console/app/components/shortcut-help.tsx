/**
 * The keys that do something on every page, and the page that tells of them.
 *
 * @module
 */
import { useEffect, useState } from "preact/hooks";
import { goTo } from "../routing/use-route.ts";
import { Dialog } from "./dialog.tsx";

/** By which a page marks the field that `/` leads to. */
export const SEARCH_FIELD = "data-search";

const KEYS = [
  ["/", "search the tenants"],
  ["↓ ↑", "go through the rows of a list"],
  ["Enter", "open the row"],
  ["Escape", "close a dialog, or leave the search"],
  ["?", "show these keys"],
] as const;

export function ShortcutHelp() {
  const [isOpen, setIsOpen] = useState(false);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "/") {
        event.preventDefault();
        search();
      } else if (event.key === "?") setIsOpen(true);
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
  if (!isOpen) return null;
  return (
    <Dialog title="Keys" onClose={() => setIsOpen(false)}>
      <dl class="facts">
        {KEYS.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <button type="button" onClick={() => setIsOpen(false)}>
        Close
      </button>
    </Dialog>
  );
}

function isTyping({ target }: KeyboardEvent): boolean {
  return target instanceof Element && target.closest("input, textarea, select, dialog") !== null;
}

/** Leads to the search field of the page or, where it has none, to the list of tenants, which takes the focus itself. */
function search(): void {
  const field = document.querySelector<HTMLElement>(`[${SEARCH_FIELD}]`);
  if (field !== null) field.focus();
  else {
    searchIsWanted = true;
    goTo({ page: "tenants", filters: {}, pageToken: null });
  }
}

let searchIsWanted = false;

/** Whether somebody is on the way to the search. Asked once. */
export function takeSearchWish(): boolean {
  const was = searchIsWanted;
  searchIsWanted = false;
  return was;
}
