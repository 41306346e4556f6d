/**
 * Facts about one thing, each with its name.
 *
 * @module
 */
import type { ComponentChildren } from "preact";

/** What is null or undefined is left out. */
export function Facts({ of: facts }: { of: readonly (readonly [string, ComponentChildren])[] }) {
  const told = facts.filter(([, value]) => value !== null && value !== undefined);
  return (
    <dl class="facts">
      {told.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
