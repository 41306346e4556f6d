/**
 * Not there yet.
 *
 * @module
 */
export function TenantsPage(_: { filters: object; pageToken: string | null }) {
  return <h1>Tenants</h1>;
}
