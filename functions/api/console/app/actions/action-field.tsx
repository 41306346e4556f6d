/**
 * One field of a dialog.
 *
 * @module
 */
import { useId } from "preact/hooks";
import type { Field } from "./action.ts";

interface Props {
  field: Field;
  value: string;
  /** What the API found wrong with it. */
  error: string | null;
  onChange: (value: string) => void;
}

export function ActionField({ field, value, error, onChange }: Props) {
  const id = useId();
  const { label, help, kind } = field;
  const described = [help === undefined ? "" : `${id}-help`, error === null ? "" : `${id}-error`];
  const about = {
    id,
    required: field.isRequired === true,
    "aria-describedby": described.filter(Boolean).join(" ") || undefined,
    "aria-invalid": error !== null,
  };
  return (
    <p class={kind === "checkbox" ? "field check" : "field"}>
      <label for={id}>{label}</label>
      {kind === "select" ? (
        <select {...about} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
          {value === "" && <option value="">Choose one</option>}
          {field.options?.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      ) : kind === "checkbox" ? (
        <input
          {...about}
          type="checkbox"
          checked={value === "true"}
          onChange={(event) => onChange(event.currentTarget.checked ? "true" : "")}
        />
      ) : kind === "time" ? (
        <input
          {...about}
          type="datetime-local"
          value={value}
          onInput={(event) => onChange(event.currentTarget.value)}
        />
      ) : (
        <input
          {...about}
          inputMode={kind === "email" ? "email" : "text"}
          value={value}
          autocomplete="off"
          spellcheck={false}
          onInput={(event) => onChange(event.currentTarget.value)}
        />
      )}
      {help !== undefined && (
        <span id={`${id}-help`} class="help">
          {help}
        </span>
      )}
      {error !== null && (
        <span id={`${id}-error`} class="error">
          {error}
        </span>
      )}
    </p>
  );
}
