/**
 * The benches: what each runs, and whose sites are there.
 *
 * @module
 */
import { listBenches } from "../../client/api-client.ts";
import type { Bench } from "../../client/api-client.ts";
import { useRead } from "../../client/queries.ts";
import { Empty, Read } from "../../components/read-states.tsx";
import { Status } from "../../components/status.tsx";
import { tenantsHash, toHash } from "../../routing/route.ts";

export function BenchesPage() {
  const benches = useRead(["benches"], listBenches);
  return (
    <>
      <h1>Benches</h1>
      <p class="soft">
        A bench is one image with servers and workers of its own. A{" "}
        <a href={toHash({ page: "rollouts" })}>rollout</a> moves tenants from one to another.
      </p>
      <Read of={benches} what="the benches">
        {({ benches: all }) =>
          all.length === 0 ? (
            <Empty>No bench is configured: BENCHES or FRAPPE_IMAGE says which there are.</Empty>
          ) : (
            <BenchesTable benches={all} />
          )
        }
      </Read>
    </>
  );
}

const STATES: Readonly<Record<Bench["state"], string>> = {
  current: "New sites are made here.",
  draining: "It has sites, or is to have some; new ones are made elsewhere.",
  empty: "It has no site, and may be removed.",
};

function BenchesTable({ benches }: { benches: readonly Bench[] }) {
  return (
    <table class="cards">
      <caption class="visually-hidden">The benches</caption>
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">State</th>
          <th scope="col" class="number">
            Sites
          </th>
          <th scope="col">Apps</th>
          <th scope="col">Image</th>
        </tr>
      </thead>
      <tbody>
        {benches.map((bench) => (
          <tr key={bench.name}>
            <td data-name="Name" class="bench">
              {bench.name}
            </td>
            <td data-name="State">
              <span>
                <Status of={bench.state} /> <span class="help">{STATES[bench.state]}</span>
              </span>
            </td>
            <td data-name="Sites" class="number">
              <a href={tenantsHash({ bench: bench.name })}>{bench.sites.toLocaleString()}</a>
            </td>
            <td data-name="Apps">
              <Apps apps={bench.apps} />
            </td>
            <td data-name="Image">
              <code>{bench.image}</code>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The versions are known as soon as somebody has looked at a site there. */
function Apps({ apps }: Pick<Bench, "apps">) {
  if (apps.length === 0) return <>–</>;
  return (
    <ul class="plain">
      {apps.map(({ name, version }) => (
        <li key={name}>
          {name} <span class="soft">{version ?? "version not known yet"}</span>
        </li>
      ))}
    </ul>
  );
}
