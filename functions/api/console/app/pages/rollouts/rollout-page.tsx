/**
 * Not there yet.
 *
 * @module
 */
export function RolloutPage(_: { id: string }) {
  return <h1>Rollout</h1>;
}
