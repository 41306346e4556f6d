/**
 * The list of tenants. Filtering, ordering and paging are the API's: the page holds no more than it shows.
 *
 * @module
 */
import { useRef } from "preact/hooks";
import { ActionButtons } from "../../actions/action-buttons.tsx";
import { listTenants } from "../../client/api-client.ts";
import type { Tenant, TenantList } from "../../client/api-client.ts";
import { useRead } from "../../client/queries.ts";
import { Empty, Read } from "../../components/read-states.tsx";
import { Status } from "../../components/status.tsx";
import { Time } from "../../components/time.tsx";
import { tenantHash, tenantsHash } from "../../routing/route.ts";
import type { TenantFilters } from "../../routing/route.ts";
import { goTo } from "../../routing/use-route.ts";
import { CsvButton } from "./csv-button.tsx";
import { FilterForm } from "./filter-form.tsx";
import { PAGE_SIZE, toListParameters } from "./list-request.ts";
import { NEW_TENANT } from "./new-tenant.tsx";

interface Props {
  filters: TenantFilters;
  pageToken: string | null;
}

export function TenantsPage({ filters, pageToken }: Props) {
  const list = useRef<HTMLDivElement>(null);
  const parameters = toListParameters(filters, { limit: PAGE_SIZE, pageToken });
  const read = useRead(["tenants", parameters], (opts) => listTenants(parameters, opts), {
    keepsPrevious: true,
  });
  return (
    <>
      <div class="heading">
        <h1>Tenants</h1>
        <ActionButtons actions={[NEW_TENANT]} subject="a site for a customer" />
      </div>
      <FilterForm filters={filters} onEnterList={() => focusRow(list.current, 0)} />
      <div ref={list} class={read.isPlaceholderData ? "older" : ""} aria-busy={read.isFetching}>
        <Read of={read} what="the tenants">
          {(found) => <Found found={found} filters={filters} pageToken={pageToken} />}
        </Read>
      </div>
    </>
  );
}

function Found({ found, filters, pageToken }: Props & { found: TenantList }) {
  const { tenants, total } = found;
  const previous = useRef(new Map<string, string | null>());
  if (total === 0) return <NoTenants isFiltered={Object.keys(filters).length > 0} />;
  const next = found.next_page_token;
  const before = pageToken === null ? undefined : previous.current.get(pageToken);
  const go = (token: string | null) => goTo({ page: "tenants", filters, pageToken: token });
  return (
    <>
      <div class="above">
        <p role="status">
          {total.toLocaleString()} {total === 1 ? "tenant" : "tenants"}
        </p>
        <CsvButton filters={filters} total={total} />
      </div>
      <TenantTable tenants={tenants} />
      <nav class="buttons" aria-label="Pages of the list">
        <button type="button" disabled={pageToken === null} onClick={() => go(null)}>
          First page
        </button>
        {before !== undefined && (
          <button type="button" onClick={() => go(before)}>
            Previous page
          </button>
        )}
        <button
          type="button"
          disabled={next === null}
          onClick={() => {
            if (next === null) return;
            previous.current.set(next, pageToken);
            go(next);
          }}
        >
          Next page
        </button>
      </nav>
    </>
  );
}

function NoTenants({ isFiltered }: { isFiltered: boolean }) {
  return isFiltered ? (
    <Empty>
      No tenant passes these filters. <a href={tenantsHash()}>Show all tenants</a>
    </Empty>
  ) : (
    <Empty>
      There are no tenants yet. One is made when a customer signs up: by <code>POST /tenants</code>.
    </Empty>
  );
}

function TenantTable({ tenants }: { tenants: readonly Tenant[] }) {
  return (
    <div class="table">
      <table class="cards">
        <caption class="visually-hidden">
          Tenants; with the arrow keys you go through the rows
        </caption>
        <thead>
          <tr>
            <th scope="col">Subdomain</th>
            <th scope="col">State</th>
            <th scope="col">Organization</th>
            <th scope="col">E-mail</th>
            <th scope="col">Bench</th>
            <th scope="col">Made</th>
          </tr>
        </thead>
        <tbody onKeyDown={moveByArrows}>
          {tenants.map((tenant) => (
            <TenantRow key={tenant.id} tenant={tenant} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function TenantRow({ tenant }: { tenant: Tenant }) {
  const { id, subdomain, status, organization, email, bench, created_at } = tenant;
  return (
    <tr>
      <td data-name="Subdomain">
        <a href={tenantHash(id)} data-row>
          {subdomain}
        </a>
      </td>
      <td data-name="State">
        <Status of={status} />
      </td>
      <td data-name="Organization">
        <bdi>{organization}</bdi>
      </td>
      <td data-name="E-mail">
        <bdi>{email}</bdi>
      </td>
      <td data-name="Bench">{bench}</td>
      <td data-name="Made">
        <Time at={created_at} isDistance />
      </td>
    </tr>
  );
}

function focusRow(list: Element | null, index: number): void {
  list?.querySelectorAll<HTMLElement>("[data-row]")[index]?.focus();
}

/** Up and down go from row to row; up from the first one leads back to the search. */
function moveByArrows(event: KeyboardEvent): void {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const body = event.currentTarget as HTMLElement;
  const rows = [...body.querySelectorAll<HTMLElement>("[data-row]")];
  const at = rows.indexOf(document.activeElement as HTMLElement);
  if (at === -1) return;
  event.preventDefault();
  const next = rows[event.key === "ArrowDown" ? at + 1 : at - 1];
  if (next !== undefined) next.focus();
  else if (event.key === "ArrowUp") document.querySelector<HTMLElement>("[data-search]")?.focus();
}
