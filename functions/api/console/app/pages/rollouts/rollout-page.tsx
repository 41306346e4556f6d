/**
 * One rollout: how far each wave is, who is under way, what failed, and who was passed over.
 *
 * @module
 */
import { hintFor } from "../../../../../../shared/tenant/reason-hints.ts";
import { ActionButtons } from "../../actions/action-buttons.tsx";
import { readRollout } from "../../client/api-client.ts";
import type { Rollout } from "../../client/api-client.ts";
import { useRead } from "../../client/queries.ts";
import { Facts } from "../../components/facts.tsx";
import { LongText } from "../../components/long-text.tsx";
import { Read } from "../../components/read-states.tsx";
import { Status } from "../../components/status.tsx";
import { Time } from "../../components/time.tsx";
import { toDuration } from "../../text/times.ts";
import { tenantsHash } from "../../routing/route.ts";
import { groupFailures } from "./failure-groups.ts";
import type { FailureGroup } from "./failure-groups.ts";
import { rolloutActions } from "./rollout-actions.ts";
import { failuresIn, progressOf, skippedByReason, whyOf } from "./rollout-words.ts";
import type { WaveProgress } from "./rollout-words.ts";
import { TenantLinks } from "./tenant-links.tsx";

export function RolloutPage({ id }: { id: string }) {
  const rollout = useRead(["rollout", id], (opts) => readRollout(id, {}, opts));
  return (
    <>
      {rollout.data === undefined && <h1>Rollout</h1>}
      <Read of={rollout} what="this rollout">
        {(data) => <ShownRollout rollout={data} />}
      </Read>
    </>
  );
}

function ShownRollout({ rollout }: { rollout: Rollout }) {
  const { to, state, message, under_way } = rollout;
  const why = whyOf(rollout);
  return (
    <>
      <h1>
        Rollout to {to} <Status of={state} />
      </h1>
      <p>
        {why}
        {message !== null && message !== why && (
          <>
            {" "}
            <LongText text={message} />
          </>
        )}
      </p>
      <ActionButtons actions={rolloutActions(rollout)} subject={`rollout to ${to}`} />
      <About rollout={rollout} />
      <h2>Waves</h2>
      <Waves rollout={rollout} />
      {under_way.length > 0 && (
        <>
          <h2>Under way ({under_way.length})</h2>
          <TenantLinks of={under_way}>
            {({ since }) => (
              <span class="soft">
                {" "}
                begun <Time at={since} isDistance />
              </span>
            )}
          </TenantLinks>
        </>
      )}
      <Failures rollout={rollout} />
      <Skipped rollout={rollout} />
    </>
  );
}

function About({ rollout }: { rollout: Rollout }) {
  const { from, window, soak_until, soak_minutes, pause_at, paused_by, ended_at } = rollout;
  return (
    <Facts
      of={{
        From: <Benches names={from} />,
        "Asked for by": <bdi>{rollout.requested_by}</bdi>,
        "Asked for": <Time at={rollout.created_at} />,
        Ended: ended_at && <Time at={ended_at} />,
        "Paused by": paused_by && <bdi>{paused_by}</bdi>,
        "When tenants are moved": window === null ? "at any time" : <Window window={window} />,
        "Between two waves": `${toDuration(60 * soak_minutes)} of watching`,
        "Watches until": soak_until && <Time at={soak_until} />,
        "Pauses itself": `at ${pause_at.failures} failures, if over ${pause_at.percent} % of the last 20`,
        "Moved at once": `${rollout.max_per_database} at most`,
      }}
    />
  );
}

function Benches({ names }: { names: readonly string[] }) {
  return (
    <>
      {names.map((name, index) => (
        <span key={name}>
          {index > 0 && ", "}
          <a href={tenantsHash({ bench: name })}>{name}</a>
        </span>
      ))}
    </>
  );
}

function Window({ window }: { window: NonNullable<Rollout["window"]> }) {
  return (
    <>
      {window.from} to {window.to} by each tenant's own clock, or else that of {window.time_zone}
    </>
  );
}

function Waves({ rollout }: { rollout: Rollout }) {
  return (
    <table class="cards waves">
      <caption class="visually-hidden">The waves, in their order</caption>
      <thead>
        <tr>
          <th scope="col">Wave</th>
          <th scope="col">State</th>
          <th scope="col">Moved</th>
          <th scope="col">Others</th>
          <th scope="col">Ended</th>
        </tr>
      </thead>
      <tbody>
        {rollout.waves.map((wave) => {
          const progress = progressOf(wave, rollout);
          return (
            <tr key={wave.wave}>
              <td data-name="Wave">{wave.wave}</td>
              <td data-name="State">
                <Status of={progress.state} />
              </td>
              <td data-name="Moved">
                <Progress wave={wave.wave} progress={progress} />
              </td>
              <td data-name="Others">{progress.rest.join(", ") || "–"}</td>
              <td data-name="Ended">
                {wave.ended_at === null ? "–" : <Time at={wave.ended_at} />}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function Progress({ wave, progress }: { wave: string; progress: WaveProgress }) {
  const { moved, of, words } = progress;
  if (of === 0) return <>{words || "–"}</>;
  return (
    <span class="wave-progress">
      <progress value={moved} max={of} aria-label={`Wave ${wave}: ${words} moved`} /> {words}
    </span>
  );
}

function Failures({ rollout }: { rollout: Rollout }) {
  const total = failuresIn(rollout);
  if (total + rollout.failed.length === 0) return null;
  const groups = groupFailures(rollout.failed);
  return (
    <section>
      <h2>Failed ({total})</h2>
      <p class="soft">
        Each of them works on its old bench. Mend what failed, and retry them.
        {total > rollout.failed.length && ` The newest ${rollout.failed.length} are listed.`}
      </p>
      {groups.map((group) => (
        <Failure key={JSON.stringify([group.patch, group.reason, group.message])} group={group} />
      ))}
    </section>
  );
}

function Failure({ group: { patch, step, reason, message, tenants } }: { group: FailureGroup }) {
  const hint = hintFor(reason);
  return (
    <div class="failure">
      <h3>
        {tenants.length} × {patch === null ? reason : <code>{patch}</code>}
        {patch === null && step !== null && ` at the step ${step}`}
      </h3>
      {message !== null && (
        <p>
          <LongText text={message} />
        </p>
      )}
      {hint !== null && <p class="soft">{hint}</p>}
      <TenantLinks of={tenants}>
        {({ at }) => (
          <span class="soft">
            {" "}
            <Time at={at} isDistance />
          </span>
        )}
      </TenantLinks>
    </div>
  );
}

function Skipped({ rollout: { skipped } }: { rollout: Rollout }) {
  if (skipped.length === 0) return null;
  return (
    <section>
      <h2>Passed over ({skipped.length === 100 ? "the first 100" : skipped.length})</h2>
      {skippedByReason(skipped).map(({ reason, words, tenants }) => (
        <div key={reason}>
          <h3>
            {words} ({tenants.length})
          </h3>
          <TenantLinks of={tenants}>
            {({ message, until }) => (
              <span class="soft">
                {message !== null && (
                  <>
                    : <LongText text={message} />
                  </>
                )}
                {until !== null && (
                  <>
                    {" "}
                    until <Time at={until} />
                  </>
                )}
              </span>
            )}
          </TenantLinks>
        </div>
      ))}
    </section>
  );
}
