/**
 * Facts about one thing, each by its name.
 *
 * @module
 */
import type { ComponentChildren } from "preact";

/** In the order in which they are named. What is null or undefined is left out. */
export function Facts({ of: facts }: { of: Readonly<Record<string, ComponentChildren>> }) {
  const told = Object.entries(facts).filter(([, value]) => value !== null && value !== undefined);
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
