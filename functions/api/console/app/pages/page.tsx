/**
 * The page of each address.
 *
 * @module
 */
import { tenantsHash } from "../routing/route.ts";
import type { Route } from "../routing/route.ts";
import { BenchesPage } from "./benches/benches-page.tsx";
import { FleetPage } from "./fleet/fleet-page.tsx";
import { GarbageCollectionPage } from "./garbage-collection/garbage-collection-page.tsx";
import { PoolPage } from "./pool/pool-page.tsx";
import { RolloutPage } from "./rollouts/rollout-page.tsx";
import { RolloutsPage } from "./rollouts/rollouts-page.tsx";
import { TenantPage } from "./tenant/tenant-page.tsx";
import { TenantsPage } from "./tenants/tenants-page.tsx";

export function Page({ route }: { route: Route }) {
  switch (route.page) {
    case "fleet":
      return <FleetPage />;
    case "tenants":
      return <TenantsPage filters={route.filters} pageToken={route.pageToken} />;
    case "tenant":
      return <TenantPage key={route.id} id={route.id} operation={route.operation} />;
    case "rollouts":
      return <RolloutsPage />;
    case "rollout":
      return <RolloutPage key={route.id} id={route.id} />;
    case "benches":
      return <BenchesPage />;
    case "pool":
      return <PoolPage />;
    case "garbage-collection":
      return <GarbageCollectionPage />;
    case "nothing":
      return (
        <>
          <h1>There is no such page</h1>
          <p>
            The address is not one of this console. Go to the <a href={tenantsHash()}>tenants</a>.
          </p>
        </>
      );
  }
}
