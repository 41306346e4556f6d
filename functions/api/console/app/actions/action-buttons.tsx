/**
 * The buttons of what an operator may have done here; none for whoever may only read.
 *
 * @module
 */
import { useState } from "preact/hooks";
import { useMayChange } from "../session/session.ts";
import type { Action } from "./action.ts";
import { ActionDialog } from "./action-dialog.tsx";

interface Props {
  actions: readonly Action[];
  /** What they are done to, as it is called. */
  subject: string;
  /** Whether they stand in a row of a list. */
  isSmall?: boolean;
}

export function ActionButtons({ actions, subject, isSmall = false }: Props) {
  const mayChange = useMayChange();
  const [open, setOpen] = useState<Action | null>(null);
  // What the API has said of the last one stays to be read, whatever may be done after that.
  if (!mayChange || (actions.length === 0 && open === null)) return null;
  return (
    <div class="actions">
      {actions.map((action) => (
        <button
          key={action.name}
          type="button"
          class={[isSmall ? "small" : "", action.isDestructive ? "danger" : ""].join(" ").trim()}
          aria-label={isSmall ? `${action.name} ${subject}` : undefined}
          onClick={() => setOpen(action)}
        >
          {action.name}
        </button>
      ))}
      {open !== null && (
        <ActionDialog action={open} subject={subject} onClose={() => setOpen(null)} />
      )}
    </div>
  );
}
