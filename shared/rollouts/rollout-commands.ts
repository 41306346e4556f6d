/**
 * What a caller may ask of a rollout, and what each command changes in its record. Pure.
 *
 * @module
 */
import type { CommandRequest } from "../tenant/command-effect.ts";
import { failuresOf, newPass } from "./rollout.ts";
import type { Rollout, Wave } from "./rollout.ts";

export const ROLLOUT_COMMANDS = ["pause", "resume", "cancel", "retry-failed"] as const;

/** `reason` is why somebody pauses it. */
export type RolloutCommand =
  | { name: "pause"; reason: string | null }
  | { name: Exclude<(typeof ROLLOUT_COMMANDS)[number], "pause"> };

/** What a command comes to. */
export type RolloutEffect =
  | { outcome: "changed"; changes: Partial<Rollout> }
  /** It is so already. */
  | { outcome: "unchanged" }
  | { outcome: "refused"; why: string };

/** What the command comes to for this rollout. Whoever is under way is never taken back. */
export function applyRolloutCommand(
  rollout: Rollout,
  command: RolloutCommand,
  issued: CommandRequest,
): RolloutEffect {
  const { state } = rollout;
  if (state === "cancelled" && command.name !== "cancel") {
    return refused("The rollout is cancelled.");
  }
  if (state === "done" && command.name !== "retry-failed") return refused("The rollout is done.");
  switch (command.name) {
    case "pause":
      return state === "paused" ? { outcome: "unchanged" } : pause(command.reason, issued);
    case "resume":
      return state === "running" ? { outcome: "unchanged" } : changed(RUNNING, issued);
    case "cancel":
      return state === "cancelled" ? { outcome: "unchanged" } : changed(CANCELLED, issued);
    case "retry-failed":
      return failuresOf(rollout) === 0
        ? refused("Nothing of the rollout has failed.")
        : retryFailed(rollout, issued);
  }
}

/** What has failed until now was seen, and shall not pause it again. */
const RUNNING = {
  state: "running",
  reason: null,
  message: null,
  paused_by: null,
  ended_at: null,
  last_outcomes: [],
} satisfies Partial<Rollout>;

const CANCELLED = {
  state: "cancelled",
  reason: "Cancelled",
  message: null,
  paused_by: null,
} satisfies Partial<Rollout>;

function pause(reason: string | null, issued: CommandRequest): RolloutEffect {
  const paused_by = { ...issued.requestedBy, reason };
  return changed({ state: "paused", reason: "Paused", message: reason, paused_by }, issued);
}

/** From the first wave on in which one has failed. Whoever was moved is not found there any more. */
function retryFailed({ waves }: Rollout, issued: CommandRequest): RolloutEffect {
  const first = waves.findIndex(({ failed }) => failed > 0);
  const again = {
    waves: waves.map((wave, index) => (index < first ? wave : anew(wave))),
    wave: first,
    soak_until: null,
    pass: newPass(issued.now),
    failed: [],
    ask_id: issued.commandId,
    asks_since: issued.now,
  };
  return changed({ ...RUNNING, ...again }, issued);
}

function anew(wave: Wave): Wave {
  const { asked, failed } = wave;
  return { ...wave, started_at: null, ended_at: null, asked: asked - failed, failed: 0 };
}

function changed(
  changes: Partial<Rollout>,
  { commandId: command_id, now }: CommandRequest,
): RolloutEffect {
  const isCancelled = changes.state === "cancelled";
  return {
    outcome: "changed",
    changes: {
      ...changes,
      ...(isCancelled && { ended_at: now }),
      command_id,
      updated_at: now,
      next_check_at: now,
    },
  };
}

function refused(why: string): RolloutEffect {
  return { outcome: "refused", why };
}
