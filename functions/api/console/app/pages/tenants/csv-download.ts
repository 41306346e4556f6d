/**
 * The tenants that pass some filters, as a file.
 *
 * @module
 */
import { dataOf } from "../../client/ask.ts";
import { listTenants } from "../../client/api-client.ts";
import type { Tenant } from "../../client/api-client.ts";
import type { TenantFilters } from "../../routing/route.ts";
import { toCsvLine } from "./csv.ts";
import { toListParameters } from "./list-request.ts";

/** As many as the API gives at once. */
const PAGE = 1_000;

const COLUMNS = [
  "id",
  "subdomain",
  "organization",
  "email",
  "status",
  "reason",
  "bench",
  "site_url",
  "created_at",
  "updated_at",
] as const satisfies (keyof Tenant)[];

/** Reads all of them, page by page, and gives the file's parts. Says how many it has after each page. */
export async function readCsv(
  filters: TenantFilters,
  onProgress: (count: number, total: number) => void,
  signal: AbortSignal,
): Promise<string[]> {
  const parts = [toCsvLine(COLUMNS)];
  let pageToken: string | null = null;
  let count = 0;
  do {
    const parameters = toListParameters(filters, { limit: PAGE, pageToken });
    const page: { tenants: Tenant[]; total: number; next_page_token: string | null } = await dataOf(
      listTenants(parameters, { signal }),
    );
    parts.push(
      page.tenants.map((tenant) => toCsvLine(COLUMNS.map((name) => tenant[name]))).join(""),
    );
    count += page.tenants.length;
    onProgress(count, page.total);
    pageToken = page.next_page_token;
  } while (pageToken !== null);
  return parts;
}

/** Hands a file to the browser. */
export function saveFile(name: string, parts: string[]): void {
  const url = URL.createObjectURL(new Blob(parts, { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
