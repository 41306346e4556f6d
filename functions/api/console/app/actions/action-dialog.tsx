/**
 * The dialog in which an operator has something done: what will be different, what there is to say, the very request as a
 * command, and the API's answer. Nothing counts as done before the API has said so.
 *
 * @module
 */
import { useMutation, useQuery, useQueryClient } from "@tanstack/preact-query";
import { useEffect, useId, useState } from "preact/hooks";
import { RefusedError } from "../client/api-error.ts";
import { askedAs, dataOf } from "../client/ask.ts";
import { toCurl } from "../client/curl.ts";
import { CopyButton } from "../components/copy-button.tsx";
import { Dialog } from "../components/dialog.tsx";
import { Problem } from "../components/read-states.tsx";
import { initialValues, isComplete } from "./action.ts";
import type { Action, Values } from "./action.ts";
import { ActionField } from "./action-field.tsx";

interface Props {
  action: Action;
  /** What it is done to, as it is called. */
  subject: string;
  onClose: () => void;
}

export function ActionDialog({ action, subject, onClose }: Props) {
  const queries = useQueryClient();
  // Repeated as it is, a request is carried out once; with other values it is another one, with a key of its own.
  const [{ values, key }, setFilled] = useState(() => withKey(initialValues(action)));
  const [typed, setTyped] = useState("");
  const sent = useMutation({
    mutationFn: () => dataOf(action.request(values, key, {})) as Promise<unknown>,
    // What the API has said is shown at once, however long it takes to read all else again.
    onSuccess: () => void queries.invalidateQueries(),
  });

  if (sent.isSuccess) {
    return (
      <Dialog title={`${action.name}: ${subject}`} onClose={onClose}>
        <div role="status" class="accepted">
          <p>{messageOf(sent.data)}</p>
          {action.show?.(sent.data as never)}
        </div>
        <div class="buttons">
          <button type="button" class="primary" onClick={onClose}>
            Close
          </button>
        </div>
      </Dialog>
    );
  }

  const fieldErrors =
    sent.error instanceof RefusedError ? sent.error.fields : new Map<string, string>();
  const isConfirmed = action.confirmation === undefined || typed === action.confirmation;
  return (
    <Dialog title={`${action.name}: ${subject}`} onClose={onClose}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!sent.isPending && isConfirmed) sent.mutate();
        }}
      >
        <p class={action.isDestructive ? "consequence destructive" : "consequence"}>
          {action.consequence}
        </p>
        {(action.fields ?? []).map((field) => (
          <ActionField
            key={field.name}
            field={field}
            value={values[field.name] ?? ""}
            error={fieldErrors.get(field.name) ?? null}
            onChange={(value) =>
              setFilled((filled) => withKey({ ...filled.values, [field.name]: value }))
            }
          />
        ))}
        <Outlook action={action} values={values} />
        {action.confirmation !== undefined && (
          <Confirmation expected={action.confirmation} typed={typed} onChange={setTyped} />
        )}
        {sent.error !== null && <Problem error={sent.error} what={subject} />}
        <div class="buttons">
          <button
            type="submit"
            class={action.isDestructive ? "danger" : "primary"}
            disabled={sent.isPending || !isConfirmed || !isComplete(action, values)}
          >
            {sent.isPending ? "Asking…" : action.name}
          </button>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
        </div>
        <CurlCommand action={action} values={values} />
      </form>
    </Dialog>
  );
}

function withKey(values: Values): { values: Values; key: string } {
  return { values, key: crypto.randomUUID() };
}

function messageOf(data: unknown): string {
  const message = (data as { message?: unknown } | null)?.message;
  return typeof message === "string" ? message : "The API has accepted it.";
}

interface ConfirmationProps {
  expected: string;
  typed: string;
  onChange: (typed: string) => void;
}

function Confirmation({ expected, typed, onChange }: ConfirmationProps) {
  const id = useId();
  return (
    <p class="field">
      <label for={id}>
        To confirm, type <code>{expected}</code>
      </label>
      <input
        id={id}
        value={typed}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
    </p>
  );
}

/** What would be, as the API says beforehand. It is never another dialog's, though that asks for the same of something else. */
function Outlook({ action, values }: { action: Action; values: Values }) {
  const { outlook } = action;
  const [id] = useState(() => crypto.randomUUID());
  const asked = useQuery({
    queryKey: ["outlook", id, values],
    queryFn: ({ signal }: { signal: AbortSignal }) =>
      outlook === undefined ? null : (dataOf(outlook.ask(values, { signal })) as Promise<unknown>),
    enabled: outlook !== undefined && isComplete(action, values),
    retry: false,
  });
  if (outlook === undefined || !isComplete(action, values)) return null;
  if (asked.error !== null) return <Problem error={asked.error} what="this outlook" />;
  if (asked.data === undefined) return <p class="loading">Asking what it would do…</p>;
  return (
    <ul class="outlook" aria-label="What it would do">
      {outlook.tell(asked.data as never).map((sentence) => (
        <li key={sentence}>{sentence}</li>
      ))}
    </ul>
  );
}

function CurlCommand({ action, values }: { action: Action; values: Values }) {
  const [command, setCommand] = useState("");
  useEffect(() => {
    let isLatest = true;
    const make = async () => {
      const made = await toCurl((opts) => action.request(values, "", opts), askedAs() ?? "key");
      if (isLatest) setCommand(made);
    };
    void make();
    return () => {
      isLatest = false;
    };
  }, [action, values]);
  return (
    <details class="curl">
      <summary>The same as a command</summary>
      <pre tabIndex={0} role="region" aria-label="Command">
        {command}
      </pre>
      <CopyButton text={command} />
    </details>
  );
}
