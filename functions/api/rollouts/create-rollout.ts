/**
 * The endpoint that begins a rollout.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import { newRollout } from "../../../shared/rollouts/rollout.ts";
import { defineEndpoint } from "../http/endpoint.ts";
import { validateOnlySchema } from "../http/parameter-schemas.ts";
import { problemSchema } from "../http/problem.ts";
import { repeated } from "../tenants/tenant-answers.ts";
import { newRolloutSchema, toAskedRollout } from "./asked-rollout.ts";
import { otherRollout } from "./rollout-answers.ts";
import { rolloutOutlookSchema, toRolloutOutlook } from "./rollout-outlook.ts";
import { rolloutSchema, toRolloutView } from "./rollout-view.ts";

export const createRollout = defineEndpoint({
  method: "POST",
  path: "/rollouts",
  summary: "Move all tenants to another bench, in waves",
  description:
    "Each is moved as by `POST /tenants/{id}/upgrade`: first the canaries, then a share of the tenants, and at last all others, with " +
    "half an hour between two waves. Whoever is pinned is passed over, and whoever is busy is come back to. It pauses itself when too many fail. " +
    "One is under way at a time. With `validate_only` nothing is done.",
  query: { type: "object", properties: { validate_only: validateOnlySchema } },
  body: newRolloutSchema,
  answers: {
    200: {
      description: "With `validate_only`: whom the rollout would reach.",
      schema: rolloutOutlookSchema,
    },
    201: {
      description: "The rollout, which begins within a minute.",
      schema: rolloutSchema,
      headers: ["Location"],
    },
    409: { description: "Another rollout is not over.", schema: problemSchema },
    422: {
      description:
        "There is no such bench or time zone, or what is asked for does not go together; `errors` says what.",
      schema: problemSchema,
    },
  },
  async handle({ body, query, requestedBy, identity }, { store, settings }) {
    const now = new Date();
    const asked = toAskedRollout(body, settings.benches);
    const ids = { id: randomUUID(), commandId: randomUUID(), requestedBy };
    const rollout = newRollout({ ...asked, ...ids }, now);
    if (query.validate_only === true) {
      const counts = await store.countInBenches(rollout.from);
      return { status: 200, body: toRolloutOutlook(rollout, counts) };
    }
    const headers = { Location: `/rollouts/${rollout.id}` };
    const answer = { status: 201, headers, body: { ...toRolloutView(rollout) } };
    const created = await store.createRollout(
      rollout,
      identity && { ...identity, now, answer },
      now,
    );
    switch (created.outcome) {
      case "created":
        return answer;
      case "busy":
        throw otherRollout(created.id);
      case "replayed":
      case "key-reused":
        return repeated(created);
    }
  },
});
