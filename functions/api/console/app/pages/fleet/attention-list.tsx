/**
 * What needs a hand, or that nothing does.
 *
 * @module
 */
import { useState } from "preact/hooks";
import type { Attention, Fleet } from "../../client/api-client.ts";
import { LongText } from "../../components/long-text.tsx";
import { Status } from "../../components/status.tsx";
import { Time } from "../../components/time.tsx";
import { adviceFor, KINDS, placeOf, unlisted } from "./attention-words.ts";
import type { Warning } from "./warnings.ts";

/** What is below this list shall be seen, too. */
const SHOWN = 8;

export function AttentionList({ fleet, warnings }: { fleet: Fleet; warnings: Warning[] }) {
  const [isAll, setIsAll] = useState(false);
  const { attention } = fleet;
  const shown = isAll ? attention : attention.slice(0, SHOWN);
  const more = unlisted(fleet);
  if (attention.length + more.length + warnings.length === 0) {
    return <p class="all-well">Nothing needs a hand: all tenants are as they were asked for.</p>;
  }
  return (
    <section class="attention">
      <h2>Needs a hand</h2>
      {warnings.map(({ text, link }) => (
        <div key={text} class="problem">
          <p>
            {text} {link !== undefined && <a href={link.href}>{link.name}</a>}
          </p>
        </div>
      ))}
      {attention.length > 0 && (
        <ul>
          {shown.map((one) => (
            <AttentionItem key={keyOf(one)} one={one} />
          ))}
        </ul>
      )}
      {shown.length < attention.length ? (
        <p>
          <button type="button" onClick={() => setIsAll(true)}>
            Show {attention.length - shown.length} more
          </button>
        </p>
      ) : (
        more.map(({ kind, count }) => (
          <p key={kind}>
            <More kind={kind} count={count} />
          </p>
        ))
      )}
    </section>
  );
}

function keyOf({ kind, tenant_id, domain, rollout_id }: Attention): string {
  return [kind, tenant_id, domain, rollout_id].join(" ");
}

function AttentionItem({ one }: { one: Attention }) {
  const { name, href } = placeOf(one);
  const words = KINDS[one.kind];
  return (
    <li>
      <p class="title">
        <Status of={words.name} tone={words.tone} />
        {href === null ? (
          <bdi>{name}</bdi>
        ) : (
          <a href={href}>
            <bdi>{name}</bdi>
          </a>
        )}
        {one.domain !== null && one.domain !== name && (
          <code>
            <bdi>{one.domain}</bdi>
          </code>
        )}
        <span class="soft">
          <Time at={one.since} isDistance />
        </span>
      </p>
      {one.message !== null && (
        <p>
          <LongText text={one.message} />
        </p>
      )}
      <p class="soft">{adviceFor(one)}</p>
    </li>
  );
}

function More({ kind, count }: { kind: Attention["kind"]; count: number }) {
  const { several, all } = KINDS[kind];
  const words = `${count.toLocaleString()} more ${several}`;
  return all === null ? <>{words}</> : <a href={all}>{words}</a>;
}
