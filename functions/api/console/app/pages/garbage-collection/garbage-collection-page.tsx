/**
 * What the newest garbage collection has found.
 *
 * @module
 */
import { readGarbageCollection } from "../../client/api-client.ts";
import type { Finding, GarbageCollection } from "../../client/api-client.ts";
import { useRead } from "../../client/queries.ts";
import { LongText } from "../../components/long-text.tsx";
import { Empty, Read } from "../../components/read-states.tsx";
import { Status } from "../../components/status.tsx";
import { Time } from "../../components/time.tsx";
import { tenantHash } from "../../routing/route.ts";
import { groupFindings, shownTenantOf } from "./finding-groups.ts";
import type { FindingGroup } from "./finding-groups.ts";

export function GarbageCollectionPage() {
  const collection = useRead(["garbage-collection"], readGarbageCollection);
  return (
    <>
      <h1>Garbage collection</h1>
      <p class="soft">
        Once a day it removes what belongs to no tenant any more, and reports what is not as it
        should be.
      </p>
      <Read of={collection} what="the garbage collection">
        {(data) => <Collection collection={data} />}
      </Read>
    </>
  );
}

function Collection({ collection }: { collection: GarbageCollection }) {
  const { finished_at, running_since, findings_total, findings, failed } = collection;
  const unlisted = findings_total - findings.length;
  return (
    <>
      <p>
        {finished_at !== null && (
          <>
            It last ran <Time at={finished_at} isDistance />, on <Time at={finished_at} />.
          </>
        )}
        {running_since !== null && (
          <>
            {" "}
            One has begun <Time at={running_since} isDistance /> and not ended yet.
          </>
        )}
      </p>
      {failed.length > 0 && (
        <div class="problem">
          <p>Not all was looked at:</p>
          <ul>
            {failed.map((message) => (
              <li key={message}>
                <LongText text={message} />
              </li>
            ))}
          </ul>
        </div>
      )}
      {groupFindings(findings).map((group) => (
        <Group key={group.event} group={group} />
      ))}
      {unlisted > 0 && (
        <p>
          There are {unlisted.toLocaleString()} more, which only the logs of <code>provision</code>{" "}
          have.
        </p>
      )}
      {findings_total === 0 && failed.length === 0 && <Nothing hasRun={finished_at !== null} />}
    </>
  );
}

function Nothing({ hasRun }: { hasRun: boolean }) {
  return (
    <Empty>
      {hasRun
        ? "It found nothing: all that there is belongs to somebody, and all names to their tenants."
        : "It has not run yet. The scheduler begins one each day."}
    </Empty>
  );
}

function Group({ group: { event, words, advice, findings } }: { group: FindingGroup }) {
  return (
    <section>
      <h2>
        {words} ({findings.length})
      </h2>
      <p class="soft">
        <Status
          of={advice === null ? "put right" : "needs a hand"}
          tone={advice === null ? "good" : "bad"}
        />{" "}
        {advice} In the logs: <code>{event}</code>
      </p>
      <ul class="entries">
        {findings.map((finding) => (
          <li key={JSON.stringify(finding)}>
            <About finding={finding} />{" "}
            <span class="soft">
              <Time at={finding.at} isDistance />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function About({ finding }: { finding: Finding }) {
  const { tenant_id, subdomain, domain, damaged } = finding;
  const shown = shownTenantOf(finding);
  const name = <bdi>{subdomain ?? domain ?? tenant_id ?? "–"}</bdi>;
  return (
    <span>
      {shown === null ? name : <a href={tenantHash(shown)}>{name}</a>}
      {subdomain !== null && domain !== null && (
        <>
          {" "}
          <bdi>{domain}</bdi>
        </>
      )}
      {shown === null && tenant_id !== null && (subdomain ?? domain) !== null && (
        <span class="soft">
          {" "}
          of <bdi>{tenant_id}</bdi>
        </span>
      )}
      {damaged.length > 0 && (
        <>
          {": "}
          <code>{damaged.join(", ")}</code>
        </>
      )}
    </span>
  );
}
