/**
 * What has been done to a tenant, the newest first: each operation with its steps, and the log of the one that is opened.
 *
 * @module
 */
import { useState } from "preact/hooks";
import { listTenantOperations, readOperation } from "../../client/api-client.ts";
import type { Operation } from "../../client/api-client.ts";
import { periodWhile, useRead } from "../../client/queries.ts";
import { Facts } from "../../components/facts.tsx";
import { LongText } from "../../components/long-text.tsx";
import { Empty, Read } from "../../components/read-states.tsx";
import { Status } from "../../components/status.tsx";
import { Time } from "../../components/time.tsx";
import { useNow } from "../../components/use-now.ts";
import { toHash } from "../../routing/route.ts";
import { toDuration } from "../../text/times.ts";
import { secondsOf, stepsOf } from "./operation-times.ts";

/** How many are shown at first, and how many more each time. */
const PAGE = 10;

interface Props {
  id: string;
  /** The operation that is opened. */
  shown: string | null;
  isBusy: boolean;
}

export function Operations({ id, shown, isBusy }: Props) {
  const [limit, setLimit] = useState(PAGE);
  const read = useRead(
    ["tenant", id, "operations", limit],
    (opts) => listTenantOperations(id, { limit }, opts),
    {
      // The tenant may have come to rest before this list was read again.
      every: (list) => periodWhile(isBusy || list?.operations.some(isUnderWay) === true),
      keepsPrevious: true,
    },
  );
  return (
    <section aria-label="Operations">
      <h2>Operations</h2>
      <Read of={read} what="its operations">
        {({ operations, has_more }) => (
          <>
            {operations.length === 0 && (
              <Empty>
                Nothing has been done yet, or it is longer ago than the history reaches.
              </Empty>
            )}
            <ol class="timeline">
              {operations.map((operation) => (
                <OperationEntry
                  key={operation.id}
                  operation={operation}
                  isShown={operation.id === shown}
                />
              ))}
            </ol>
            {has_more && (
              <button type="button" onClick={() => setLimit(limit + PAGE)}>
                Show older ones
              </button>
            )}
          </>
        )}
      </Read>
    </section>
  );
}

function OperationEntry({ operation, isShown }: { operation: Operation; isShown: boolean }) {
  const { id, tenant_id, kind, state, attempt, created_at, requested_by, outcome } = operation;
  const now = useNow(isUnderWay(operation));
  const seconds = secondsOf(operation, now);
  const { message = null, hint = null } = outcome ?? {};
  return (
    <li>
      <p class="line">
        <Status of={state ?? "damaged"} />
        <strong>{kind?.replaceAll("-", " ") ?? "nothing to do"}</strong>
        {attempt > 1 && <span>attempt {attempt}</span>}
        {seconds !== null && <span>{toDuration(seconds)}</span>}
        <Time at={created_at} isDistance />
        <span class="soft">
          {requested_by !== null && (
            <>
              by <bdi>{requested_by}</bdi>
            </>
          )}
        </span>
        <a
          href={toHash({ page: "tenant", id: tenant_id, operation: isShown ? null : id })}
          aria-expanded={isShown}
        >
          {isShown ? "Close" : "Steps and log"}
          <span class="visually-hidden">
            {" "}
            of {kind}, {created_at}
          </span>
        </a>
      </p>
      {message !== null && (
        <p>
          <LongText text={message} />
        </p>
      )}
      {hint !== null && state === "failed" && <p>What to do: {hint}</p>}
      {isShown && <Details operation={operation} />}
    </li>
  );
}

/** Whether it has no outcome yet. */
function isUnderWay({ state }: Operation): boolean {
  return state === "running" || state === "queued";
}

function Details({ operation }: { operation: Operation }) {
  const { id, tenant_id } = operation;
  const read = useRead(
    ["tenant", tenant_id, "operation", id],
    (opts) => readOperation(tenant_id, id, {}, opts),
    { every: (found) => periodWhile(isUnderWay(found ?? operation)) },
  );
  return (
    <Read of={read} what="this operation">
      {(found) => (
        <div class="details">
          <Steps operation={found} />
          <Facts
            of={{
              "Asked for": <Time at={found.created_at} />,
              "Got its slot": found.slot_at && <Time at={found.slot_at} />,
              "Job made": found.job_at && <Time at={found.job_at} />,
              Ran: found.running_at && <Time at={found.running_at} />,
              Ended: found.ended_at && <Time at={found.ended_at} />,
              Why: found.request_reason && <bdi>{found.request_reason}</bdi>,
              Reason: found.outcome?.reason,
              Request: found.request_id && <code>{found.request_id}</code>,
            }}
          />
          {found.log === null ? (
            <p class="soft">
              {isUnderWay(found)
                ? "Its log is shown when it has ended, and of longer work once a minute meanwhile."
                : "There is no log of it."}
            </p>
          ) : (
            <LongText text={found.log} isLog label="End of the log" />
          )}
        </div>
      )}
    </Read>
  );
}

function Steps({ operation }: { operation: Operation }) {
  const now = useNow(operation.ended_at === null);
  const steps = stepsOf(operation, now);
  if (steps.length === 0) return <p class="soft">It has not begun with its steps.</p>;
  return (
    <div class="table">
      <table class="steps">
        <caption class="visually-hidden">Steps, and how long each took</caption>
        <thead>
          <tr>
            <th scope="col">Step</th>
            <th scope="col" class="number">
              Took
            </th>
            <th scope="col" aria-hidden="true">
              When
            </th>
          </tr>
        </thead>
        <tbody>
          {steps.map(({ name, seconds, isRunning, from, share }) => (
            <tr key={`${name} ${from}`}>
              <td>
                {name}
                {isRunning && <span class="soft"> (now)</span>}
              </td>
              <td class="number">{toDuration(seconds)}</td>
              <td class="bar" aria-hidden="true">
                <span
                  style={{
                    marginInlineStart: `${from * 100}%`,
                    width: `${Math.max(share, 0.005) * 100}%`,
                  }}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
