/**
 * Not there yet.
 *
 * @module
 */
export function GarbageCollectionPage() {
  return <h1>GarbageCollection</h1>;
}
