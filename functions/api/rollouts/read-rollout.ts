/**
 * The endpoint that shows a rollout.
 *
 * @module
 */
import { defineEndpoint } from "../http/endpoint.ts";
import { NOT_MODIFIED } from "../tenants/tenant-answers.ts";
import { NO_SUCH_ROLLOUT, noSuchRollout } from "./rollout-answers.ts";
import { rolloutSchema, toRolloutView } from "./rollout-view.ts";

/** It is taken further once a minute. */
const POLL_HEADERS: Readonly<Record<string, string>> = { "Retry-After": "60" };

export const readRollout = defineEndpoint({
  method: "GET",
  path: "/rollouts/{rollout}",
  summary: "Read a rollout",
  description: "`Retry-After` says when to ask again; without it nobody is being moved.",
  answers: {
    200: { description: "The rollout.", schema: rolloutSchema, headers: ["ETag", "Retry-After"] },
    304: NOT_MODIFIED,
    404: NO_SUCH_ROLLOUT,
  },
  async handle({ rolloutId }, { store }) {
    const rollout = await store.showRollout(rolloutId);
    if (rollout === null) throw noSuchRollout(rolloutId);
    const isAtWork = rollout.state === "running" || rollout.under_way.length > 0;
    return { status: 200, headers: isAtWork ? POLL_HEADERS : {}, body: toRolloutView(rollout) };
  },
});
