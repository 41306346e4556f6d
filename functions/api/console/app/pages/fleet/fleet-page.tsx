/**
 * Not there yet.
 *
 * @module
 */
export function FleetPage() {
  return <h1>Fleet</h1>;
}
