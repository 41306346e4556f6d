/**
 * A state as a mark: its word always, its colour besides.
 *
 * @module
 */

export type Tone = "good" | "busy" | "bad" | "quiet";

const TONES: Readonly<Record<string, Tone>> = {
  active: "good",
  succeeded: "good",
  done: "good",
  current: "good",
  ready: "good",
  queued: "busy",
  provisioning: "busy",
  running: "busy",
  deleting: "busy",
  pending: "busy",
  pending_dns: "busy",
  issuing: "busy",
  draining: "busy",
  reverting: "busy",
  failed: "bad",
  degraded: "bad",
  paused: "bad",
  reverted: "bad",
};

export function Status({ of: state, tone }: { of: string; tone?: Tone }) {
  return (
    <span class={`status ${tone ?? TONES[state] ?? "quiet"}`}>{state.replaceAll("_", " ")}</span>
  );
}
