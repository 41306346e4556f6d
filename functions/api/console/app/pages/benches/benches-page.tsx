/**
 * Not there yet.
 *
 * @module
 */
export function BenchesPage() {
  return <h1>Benches</h1>;
}
