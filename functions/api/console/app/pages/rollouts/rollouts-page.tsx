/**
 * The rollouts, and how a new one is begun.
 *
 * @module
 */
import { useState } from "preact/hooks";
import { ActionButtons } from "../../actions/action-buttons.tsx";
import { listBenches, listRollouts } from "../../client/api-client.ts";
import type { Bench, Rollout } from "../../client/api-client.ts";
import { useRead } from "../../client/queries.ts";
import { Empty, Read } from "../../components/read-states.tsx";
import { Status } from "../../components/status.tsx";
import { Time } from "../../components/time.tsx";
import { toHash } from "../../routing/route.ts";
import { useMayChange } from "../../session/session.ts";
import { newRolloutAction } from "./new-rollout.ts";
import { isOver, summaryOf } from "./rollout-words.ts";

export function RolloutsPage() {
  const [pageToken, setPageToken] = useState<string | null>(null);
  const list = useRead(
    ["rollouts", pageToken],
    (opts) => listRollouts(pageToken === null ? {} : { pageToken }, opts),
    { keepsPrevious: true },
  );
  const benches = useRead(["benches"], listBenches);
  return (
    <>
      <h1>Rollouts</h1>
      <p class="soft">
        A rollout moves the sites of all tenants to another bench, wave after wave. One is under way
        at a time.
      </p>
      <Read of={benches} what="the benches">
        {({ benches: all }) => <NewRollout benches={all} current={notOver(list.data?.rollouts)} />}
      </Read>
      <Read of={list} what="the rollouts">
        {({ rollouts, next_page_token }) => (
          <>
            {rollouts.length === 0 ? (
              <Empty>There has been no rollout: no tenants were moved to another bench yet.</Empty>
            ) : (
              <RolloutsTable rollouts={rollouts} />
            )}
            <div class="buttons">
              {pageToken !== null && (
                <button type="button" onClick={() => setPageToken(null)}>
                  The newest
                </button>
              )}
              {next_page_token !== null && (
                <button type="button" onClick={() => setPageToken(next_page_token)}>
                  Older ones
                </button>
              )}
            </div>
          </>
        )}
      </Read>
    </>
  );
}

function notOver(rollouts: readonly Rollout[] = []): Rollout | undefined {
  return rollouts.find((rollout) => !isOver(rollout));
}

/** What would be refused is not offered; it is said why. */
function NewRollout({ benches, current }: { benches: Bench[]; current: Rollout | undefined }) {
  const mayChange = useMayChange();
  if (!mayChange) return null;
  const show = (made: Rollout) => (
    <p>
      See the <RolloutLink rollout={made} />. It begins within a minute.
    </p>
  );
  const isPossible = current === undefined && benches.length > 1;
  const actions = isPossible ? [{ ...newRolloutAction(benches), show }] : [];
  return (
    <>
      {current !== undefined && (
        <p>
          A new one can begin when the <RolloutLink rollout={current} /> is over.
        </p>
      )}
      {benches.length < 2 && <p>There is one bench only, and so nowhere to move tenants from.</p>}
      <ActionButtons actions={actions} subject="sites to another bench" />
    </>
  );
}

function RolloutLink({ rollout: { id, to } }: { rollout: Pick<Rollout, "id" | "to"> }) {
  return <a href={toHash({ page: "rollout", id })}>rollout to {to}</a>;
}

function RolloutsTable({ rollouts }: { rollouts: readonly Rollout[] }) {
  return (
    <table class="cards">
      <caption class="visually-hidden">The rollouts, the newest first</caption>
      <thead>
        <tr>
          <th scope="col">To the bench</th>
          <th scope="col">State</th>
          <th scope="col">Progress</th>
          <th scope="col">Begun</th>
          <th scope="col">Asked for by</th>
        </tr>
      </thead>
      <tbody>
        {rollouts.map((rollout) => (
          <tr key={rollout.id}>
            <td data-name="To the bench">
              <a href={toHash({ page: "rollout", id: rollout.id })}>{rollout.to}</a>
            </td>
            <td data-name="State">
              <Status of={rollout.state} />
            </td>
            <td data-name="Progress">{summaryOf(rollout)}</td>
            <td data-name="Begun">
              <Time at={rollout.created_at} />
            </td>
            <td data-name="Asked for by">
              <bdi>{rollout.requested_by}</bdi>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
