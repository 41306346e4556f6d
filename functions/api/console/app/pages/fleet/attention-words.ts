/**
 * What needs a hand, in words: what is wrong, where it is seen, and what to do. Pure.
 *
 * @module
 */
import { hintFor } from "../../../../../../shared/tenant/reason-hints.ts";
import type { Attention, Fleet } from "../../client/api-client.ts";
import type { Tone } from "../../components/status.tsx";
import { tenantHash, tenantsHash, toHash } from "../../routing/route.ts";

type Kind = Attention["kind"];

interface KindWords {
  /** What is wrong. */
  name: string;
  /** The same of several: "5 more …". */
  several: string;
  tone: Tone;
  /** What to do where its reason says nothing of that. */
  advice: string;
  /** Where all of the kind are; null where no page lists them. */
  all: string | null;
}

/** In the order in which they are counted. */
export const KINDS: Readonly<Record<Kind, KindWords>> = {
  failed: {
    name: "failed",
    several: "have failed",
    tone: "bad",
    advice: "Read the message and the log, correct the cause, and retry.",
    all: tenantsHash({ status: "failed" }),
  },
  damaged: {
    name: "record damaged",
    several: "have a damaged record",
    tone: "bad",
    advice: "Correct the fields that the message names in the database.",
    all: toHash({ page: "garbage-collection" }),
  },
  domain: {
    name: "domain not served",
    several: "domains are not served",
    tone: "bad",
    advice: "Have its owner set the DNS records that the tenant's page lists.",
    all: null,
  },
  stuck: {
    name: "takes too long",
    several: "take too long",
    tone: "busy",
    advice: "See at which step it is; where nothing has moved for long, read its log.",
    all: null,
  },
  deletion: {
    name: "deletion in trouble",
    several: "deletions are in trouble",
    tone: "bad",
    advice: "It is tried again by itself; see what the newest attempt says.",
    all: tenantsHash({ status: "deleting" }),
  },
  rollout: {
    name: "rollout paused",
    several: "rollouts are paused",
    tone: "busy",
    advice: "See what has failed; then resume it, or cancel it.",
    all: toHash({ page: "rollouts" }),
  },
  upgrade: {
    name: "upgrade failed",
    several: "upgrades have failed",
    tone: "bad",
    advice: "The site works on its old bench. Mend what failed, and ask for the upgrade again.",
    all: null,
  },
};

/** What to do about it, in a sentence or two. */
export function adviceFor({ kind, reason }: Pick<Attention, "kind" | "reason">): string {
  return hintFor(reason) ?? KINDS[kind].advice;
}

/** What it is called, and its page; null where there is none. */
export function placeOf(one: Attention): { name: string; href: string | null } {
  const { kind, tenant_id, subdomain, domain, rollout_id } = one;
  if (rollout_id !== null) {
    return { name: "the rollout", href: toHash({ page: "rollout", id: rollout_id }) };
  }
  // A tenant without a name is gone, unless it is its record that has lost it.
  const isThere = tenant_id !== null && (subdomain !== null || kind === "damaged");
  const href = isThere ? tenantHash(tenant_id) : null;
  return { name: subdomain ?? domain ?? tenant_id ?? "a tenant", href };
}

/** Of which kinds there are more than are listed, and how many. */
export function unlisted({
  attention,
  attention_total,
}: Pick<Fleet, "attention" | "attention_total">): { kind: Kind; count: number }[] {
  return (Object.keys(KINDS) as Kind[]).flatMap((kind) => {
    const listed = attention.filter((one) => one.kind === kind).length;
    const count = (attention_total[kind] ?? 0) - listed;
    return count > 0 ? [{ kind, count }] : [];
  });
}
