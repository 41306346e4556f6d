/**
 * How a repeated request is recognised: by the `Idempotency-Key` that its caller gave it
 * (https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/).
 *
 * @module
 */
import { createHash } from "node:crypto";

/** What stands for a request in the store. Neither can be turned back into what it was made of. */
export interface RequestIdentity {
  /** Of caller and key. */
  id: string;
  /** Of endpoint, tenant, domain, backup, rollout, query and body; salted, since a body holds personal data that could be guessed. */
  hash: string;
}

/** Keys belong to their caller: the same key of another one is another request. */
export function identify(
  callerId: string,
  key: string,
  request: {
    endpoint: string;
    tenantId: string | null;
    domain?: string | undefined;
    backup?: string | undefined;
    rollout?: string | undefined;
    /** Undefined of an endpoint that takes none. */
    query?: unknown;
    body: unknown;
  },
): RequestIdentity {
  const id = sha256([callerId, key]);
  const { endpoint, tenantId, domain, backup, rollout, query, body } = request;
  const parts = [tenantId, domain?.toLowerCase(), backup, rollout, query && inOrder(query)];
  const about = parts.filter((part) => part !== undefined);
  return { id, hash: sha256([id, callerId, key, endpoint, ...about, inOrder(body)]) };
}

function sha256(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}

/** A validated body or query in the order of its fields, so that their order does not count. */
function inOrder(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return null;
  return Object.entries(value)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, field]) => [name, typeof field === "object" ? inOrder(field) : field]);
}
