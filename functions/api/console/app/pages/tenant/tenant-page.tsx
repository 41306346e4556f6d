/**
 * Not there yet.
 *
 * @module
 */
export function TenantPage(_: { id: string; operation: string | null }) {
  return <h1>Tenant</h1>;
}
