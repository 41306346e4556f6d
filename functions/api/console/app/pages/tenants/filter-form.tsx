/**
 * The search field and the filters above the list of tenants. What they say is the address of the page.
 *
 * @module
 */
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { PHASES } from "../../../../../../shared/tenant/tenant.ts";
import { listBenches } from "../../client/api-client.ts";
import { useRead } from "../../client/queries.ts";
import { useNow } from "../../components/use-now.ts";
import { SEARCH_FIELD, takeSearchWish } from "../../components/shortcut-help.tsx";
import type { TenantFilters } from "../../routing/route.ts";
import { goTo, replaceWith } from "../../routing/use-route.ts";
import {
  ageOf,
  AGES,
  daysAgo,
  readSearch,
  searchOf,
  withFilter,
  withSearch,
} from "./list-request.ts";

/** How long somebody may pause while typing before the list follows. */
const TYPING_MILLISECONDS = 250;

interface Props {
  filters: TenantFilters;
  /** Goes from the search field into the list. */
  onEnterList: () => void;
}

export function FilterForm({ filters, onEnterList }: Props) {
  const benches = useRead(["benches"], listBenches).data?.benches ?? [];
  const now = useNow(false);
  const choose = (name: keyof TenantFilters) => (value: string) =>
    goTo({ page: "tenants", filters: withFilter(filters, name, value), pageToken: null });
  return (
    <form class="filters" role="search" onSubmit={(event) => event.preventDefault()}>
      <SearchField filters={filters} onEnterList={onEnterList} />
      <Choice
        label="State"
        value={filters.status ?? ""}
        options={[["", "any but deleted"], ...PHASES.map((name) => [name, name] as const)]}
        onChange={choose("status")}
      />
      <Choice
        label="Bench"
        value={filters.bench ?? ""}
        options={[
          ["", "any"],
          ...benches.map(({ name }) => [name, name] as const),
          ...unknownChoice(
            filters.bench,
            benches.map(({ name }) => name),
          ),
        ]}
        onChange={choose("bench")}
      />
      <Choice
        label="Made within"
        value={String(ageOf(filters, now) ?? "")}
        options={[["", "any time"], ...AGES.map(([name, days]) => [String(days), name] as const)]}
        onChange={(days) => choose("created_after")(days === "" ? "" : daysAgo(Number(days), now))}
      />
      <Choice
        label="Order"
        value={filters.order_by ?? ""}
        options={[
          ["", filters.q === undefined ? "newest first" : "by name"],
          ["created_at", "oldest first"],
          ...(filters.q === undefined
            ? [["subdomain", "by name"] as const]
            : [["-created_at", "newest first"] as const]),
        ]}
        onChange={choose("order_by")}
      />
    </form>
  );
}

/** What a shared link asks for, though the list of choices does not have it. */
function unknownChoice(value: string | undefined, known: string[]): [string, string][] {
  return value === undefined || known.includes(value) ? [] : [[value, value]];
}

function SearchField({ filters, onEnterList }: Props) {
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const current = searchOf(filters);
  const [text, setText] = useState(current);
  useEffect(() => {
    // The address has changed by itself, as by a step back.
    if (document.activeElement !== field.current) setText(current);
  }, [current]);
  useEffect(() => {
    if (takeSearchWish()) field.current?.focus();
  }, []);
  useEffect(() => {
    if (text.trim() === current || readSearch(text).by === "id") return;
    const timer = setTimeout(() => {
      replaceWith({ page: "tenants", filters: withSearch(filters, text), pageToken: null });
    }, TYPING_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [text, current, filters]);

  function onKey(event: KeyboardEvent): void {
    const search = readSearch(text);
    if (event.key === "Enter" && search.by === "id") {
      goTo({ page: "tenant", id: search.id, operation: null });
    } else if (event.key === "Escape") {
      setText("");
      field.current?.blur();
    } else if (event.key === "ArrowDown" || event.key === "Enter") {
      event.preventDefault();
      onEnterList();
    }
  }

  return (
    <p class="field grow">
      <label for={id}>Search</label>
      <input
        id={id}
        ref={field}
        {...{ [SEARCH_FIELD]: true }}
        type="search"
        value={text}
        placeholder="Name, e-mail or id"
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={onKey}
      />
    </p>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  options: readonly (readonly [string, string])[];
  onChange: (value: string) => void;
}

function Choice({ label, value, options, onChange }: ChoiceProps) {
  const id = useId();
  return (
    <p class="field">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {options.map(([option, name]) => (
          <option key={option} value={option}>
            {name}
          </option>
        ))}
      </select>
    </p>
  );
}
