/**
 * What the endpoints of rollouts have in common.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import type { Turn } from "../../../shared/firestore/store.ts";
import { applyRolloutCommand } from "../../../shared/rollouts/rollout-commands.ts";
import type { RolloutCommand } from "../../../shared/rollouts/rollout-commands.ts";
import { isOver } from "../../../shared/rollouts/rollout.ts";
import type { Rollout } from "../../../shared/rollouts/rollout.ts";
import type { AnswerSpec, ApiDependencies, Call, EndpointSpec } from "../http/endpoint.ts";
import { Problem, problemSchema } from "../http/problem.ts";
import type { ApiResponse } from "../http/response.ts";
import { repeated } from "../tenants/tenant-answers.ts";
import { LOST_RACE, untilWritten } from "../tenants/until-written.ts";
import { rolloutSchema, toRolloutView } from "./rollout-view.ts";

export const NO_SUCH_ROLLOUT: AnswerSpec = {
  description: "There is no such rollout.",
  schema: problemSchema,
};

export function noSuchRollout(id: string): Problem {
  return new Problem(404, `There is no rollout ${id}.`);
}

export function otherRollout(id: string): Problem {
  return new Problem(409, `The rollout ${id} is not over.`);
}

/** How a command to a rollout is answered. */
export const ROLLOUT_COMMAND_ANSWERS = {
  200: { description: "The rollout as it is now.", schema: rolloutSchema },
  404: NO_SUCH_ROLLOUT,
  409: {
    description: "The rollout's state does not allow it; `error` says why.",
    schema: problemSchema,
  },
} as const satisfies EndpointSpec["answers"];

type Asking = Pick<Call, "rolloutId" | "requestedBy" | "identity">;

/** Records a command, and answers with the rollout as it is then. Throws a `Problem` where it is not possible. */
export function answerRolloutCommand(
  command: RolloutCommand,
  call: Asking,
  dependencies: ApiDependencies,
): Promise<ApiResponse> {
  const commandId = randomUUID();
  return untilWritten(call.rolloutId, () => record(command, commandId, call, dependencies));
}

async function record(
  command: RolloutCommand,
  commandId: string,
  { rolloutId, requestedBy, identity }: Asking,
  { store }: ApiDependencies,
): Promise<ApiResponse | typeof LOST_RACE> {
  const now = new Date();
  const request = identity && { ...identity, now };
  const basis = await store.readRolloutForCommand(rolloutId, request);
  if (basis.outcome !== "first-time") return repeated(basis);
  const { rollout, expiredRequest } = basis;
  if (rollout === null) throw noSuchRollout(rolloutId);
  // The client library may repeat a commit by itself: what is in the way can be its own earlier success.
  if (rollout.record.command_id === commandId) return answerWith(rollout.record);

  const effect = applyRolloutCommand(rollout.record, command, { commandId, requestedBy, now });
  if (effect.outcome === "refused") throw new Problem(409, effect.why);
  const changes = effect.outcome === "changed" ? effect.changes : {};
  const next = { ...rollout.record, ...changes };
  const answer = answerWith(next);
  if (effect.outcome === "unchanged" && request === null) return answer;
  const takesTurn = isOver(rollout.record) && !isOver(next);
  const isWritten = await store.writeRolloutCommand(
    {
      update: effect.outcome === "changed" ? { rollout, changes } : null,
      turn: takesTurn ? await requireTurn(store) : null,
      request: request && { ...request, answer },
      expiredRequest,
    },
    now,
  );
  return isWritten ? answer : LOST_RACE;
}

/** Throws where it is another one's turn. */
async function requireTurn(store: ApiDependencies["store"]): Promise<Turn> {
  const turn = await store.readTurn();
  if (turn.holder !== null) throw otherRollout(turn.holder);
  return turn;
}

function answerWith(rollout: Rollout) {
  return { status: 200, headers: {}, body: { ...toRolloutView(rollout) } };
}
