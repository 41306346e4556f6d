/**
 * One tenant: how it is, what to do about it, and what has happened to it.
 *
 * @module
 */
import { ActionButtons } from "../../actions/action-buttons.tsx";
import { listBenches, readTenant, readTenantStatus } from "../../client/api-client.ts";
import type { OperationProgress, Tenant } from "../../client/api-client.ts";
import { isNotFound } from "../../client/api-error.ts";
import { PERIODS, periodWhile, useRead } from "../../client/queries.ts";
import { Facts } from "../../components/facts.tsx";
import { LongText } from "../../components/long-text.tsx";
import { Read } from "../../components/read-states.tsx";
import { Status } from "../../components/status.tsx";
import { Time } from "../../components/time.tsx";
import { useNow } from "../../components/use-now.ts";
import { tenantsHash, toHash } from "../../routing/route.ts";
import { toPlainText } from "../../text/plain-text.ts";
import { Backups } from "./backups.tsx";
import { Domains } from "./domains.tsx";
import { Operations } from "./operations.tsx";
import { actionsFor } from "./tenant-actions.tsx";
import {
  adviceFor,
  isUnderWay,
  progressShare,
  progressWords,
  sentenceFor,
} from "./tenant-words.ts";

interface Props {
  id: string;
  /** The operation whose log is shown; null for none. */
  operation: string | null;
}

export function TenantPage({ id, operation }: Props) {
  const read = useRead(["tenant", id], (opts) => readTenant(id, { showDeleted: true }, opts), {
    every: (tenant) => periodWhile(tenant !== undefined && isUnderWay(tenant)),
  });
  return (
    <>
      <p class="soft">
        <a href={tenantsHash()}>Tenants</a>
      </p>
      {(read.data === undefined || isNotFound(read.error)) && <h1>Tenant</h1>}
      <Read of={read} what="this tenant">
        {(tenant) => (
          <>
            <Heading tenant={tenant} />
            <State tenant={tenant} />
            <Actions tenant={tenant} />
            <About tenant={tenant} />
            <Operations id={id} shown={operation} isBusy={isUnderWay(tenant)} />
            <Domains tenant={tenant} />
            <Backups tenant={tenant} />
            <Raw tenant={tenant} />
          </>
        )}
      </Read>
    </>
  );
}

function Heading({ tenant }: { tenant: Tenant }) {
  const { subdomain, status, organization, site_url } = tenant;
  return (
    <div class="heading">
      <h1>
        {subdomain} <Status of={status} />
      </h1>
      <p>
        <bdi>{organization}</bdi>
        {site_url !== null && (
          <>
            {" · "}
            <a href={site_url} target="_blank" rel="noreferrer">
              {new URL(site_url).host}
            </a>
          </>
        )}
      </p>
    </div>
  );
}

function State({ tenant }: { tenant: Tenant }) {
  const { reason, error_message, upgrade } = tenant;
  const advice = adviceFor(tenant);
  const isWrong = tenant.retryable !== null || tenant.status === "failed";
  return (
    <section aria-label="State">
      <p>{sentenceFor(tenant)}</p>
      {(reason !== null || error_message !== null) && (
        <div class={isWrong ? "problem" : "notice"}>
          {reason !== null && (
            <p>
              <strong>{reason}</strong>
              {tenant.step !== null && ` at the step ${tenant.step}`}
            </p>
          )}
          {error_message !== null && (
            <p>
              <LongText text={error_message} />
            </p>
          )}
          {advice !== null && <p>What to do: {advice}</p>}
        </div>
      )}
      {upgrade !== null && <UpgradeState upgrade={upgrade} />}
      {isUnderWay(tenant) && <Progress id={tenant.id} />}
    </section>
  );
}

function UpgradeState({ upgrade }: { upgrade: NonNullable<Tenant["upgrade"]> }) {
  const { from, to, state, failed_at, step, patch, reason, message } = upgrade;
  if (state === "running") return null;
  return (
    <div class="problem">
      <p>
        The upgrade from {from} to {to} failed <Time at={failed_at} isDistance />
        {patch === null ? step !== null && ` at the step ${step}` : ` in the patch ${patch}`}
        {reason !== null && ` (${reason})`}.{" "}
        {state === "reverting"
          ? `It is being taken back to ${from}.`
          : `The site is on ${from} again, and works.`}
      </p>
      {message !== null && (
        <p>
          <LongText text={message} />
        </p>
      )}
    </div>
  );
}

/** How far what is under way is. */
function Progress({ id }: { id: string }) {
  const { data } = useRead(["tenant", id, "status"], (opts) => readTenantStatus(id, {}, opts), {
    every: PERIODS.busy,
  });
  const progress = data?.operation ?? null;
  if (progress === null) return null;
  return <ProgressBar progress={progress} id={id} />;
}

function ProgressBar({ progress, id }: { progress: OperationProgress; id: string }) {
  const now = useNow();
  const share = progressShare(progress, now);
  return (
    <p class="progress">
      <progress aria-label="Progress" {...(share === null ? {} : { value: share })} />
      <span>{progressWords(progress, now)}</span>{" "}
      <a href={toHash({ page: "tenant", id, operation: progress.id })}>Its steps</a>
    </p>
  );
}

function Actions({ tenant }: { tenant: Tenant }) {
  const benches = useRead(["benches"], listBenches).data?.benches ?? [];
  return <ActionButtons actions={actionsFor(tenant, benches)} subject={tenant.subdomain} />;
}

function About({ tenant }: { tenant: Tenant }) {
  const name = [tenant.first_name, tenant.last_name].filter(Boolean).join(" ");
  const { pin, purge_at, undo_until } = tenant;
  return (
    <section aria-label="About">
      <Facts
        of={{
          "E-mail": <bdi>{tenant.email}</bdi>,
          Customer: name === "" ? null : <bdi>{name}</bdi>,
          Bench: tenant.bench,
          Made: <Time at={tenant.created_at} />,
          Changed: <Time at={tenant.updated_at} />,
          "Newest backup": tenant.backup && <Time at={tenant.backup.requested_at} isDistance />,
          "Can be taken back until": purge_at && <Time at={purge_at} />,
          "Restore can be taken back until": undo_until && <Time at={undo_until} />,
          "Time zone": tenant.time_zone,
          Canary: tenant.canary ? "yes: rollouts move it before others" : null,
          Pinned: pin && (
            <>
              <bdi>{pin.reason}</bdi>
              {pin.until !== null && (
                <>
                  {" "}
                  until <Time at={pin.until} />
                </>
              )}
            </>
          ),
          Id: <code>{tenant.id}</code>,
        }}
      />
    </section>
  );
}

function Raw({ tenant }: { tenant: Tenant }) {
  return (
    <section aria-label="Record">
      <h2>Record</h2>
      <details>
        <summary>As the API gives it</summary>
        <pre tabIndex={0} role="region" aria-label="Record as JSON">
          {toPlainText(JSON.stringify(tenant, null, 2))}
        </pre>
      </details>
    </section>
  );
}
