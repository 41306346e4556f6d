/**
 * Tenants that a rollout knows by their ids alone, as links that say their names.
 *
 * @module
 */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { readTenant } from "../../client/api-client.ts";
import { useRead } from "../../client/queries.ts";
import { tenantHash } from "../../routing/route.ts";

/** The name of each is asked for, so more of them are shown to whoever wants to see them only. */
const SHOWN = 10;

/** A name is hardly ever changed. */
const HOUR_MILLISECONDS = 3_600_000;

interface Props<T> {
  of: readonly T[];
  /** What stands behind the name. */
  children?: (one: T) => ComponentChildren;
}

export function TenantLinks<T extends { tenant_id: string }>({ of: tenants, children }: Props<T>) {
  const [shown, setShown] = useState(SHOWN);
  const left = tenants.length - shown;
  return (
    <>
      <ul class="entries">
        {tenants.slice(0, shown).map((one) => (
          <li key={one.tenant_id}>
            <TenantLink id={one.tenant_id} />
            {children?.(one)}
          </li>
        ))}
      </ul>
      {left > 0 && (
        <button type="button" class="small" onClick={() => setShown(shown + SHOWN)}>
          Show {Math.min(left, SHOWN)} more of {tenants.length}
        </button>
      )}
    </>
  );
}

function TenantLink({ id }: { id: string }) {
  const { data } = useRead(["tenant", id], (opts) => readTenant(id, { showDeleted: true }, opts), {
    every: HOUR_MILLISECONDS,
    freshFor: HOUR_MILLISECONDS,
  });
  return (
    <a href={tenantHash(id)}>
      <bdi>{data?.subdomain ?? id}</bdi>
    </a>
  );
}
