/**
 * Whether what is missing may be fetched. It is the user's to say, since it costs some 130 MB of traffic.
 *
 * @module
 */
import { createInterface } from "node:readline/promises";
import type { Env } from "./install-command.ts";

export type Consent = "yes" | "no" | "ask";

export interface ConsentOptions {
  /** `--fetch` was given. */
  flag: boolean;
  /** LOCAL_FETCH_EMULATORS, null where it is not set. */
  setting: boolean | null;
  env: Env;
  /** Whether somebody is there who could answer. */
  isTerminal: boolean;
}

/** A robot is never asked: it has nobody who answers, though it may have a terminal. */
export function consentOf({ flag, setting, env, isTerminal }: ConsentOptions): Consent {
  if (flag) return "yes";
  if (setting !== null) return setting ? "yes" : "no";
  return isTerminal && !isRobot(env) ? "ask" : "no";
}

/** As the usual CI services set it: `true` or `1`. */
function isRobot(env: Env): boolean {
  return !["", "0", "false"].includes((env["CI"] ?? "").trim().toLowerCase());
}

/** Asks a question whose answer is yes when it is but Enter. The end of the input is a no. */
export async function askYesNo(
  question: string,
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
  signal?: AbortSignal,
): Promise<boolean> {
  // Left to the terminal itself, Ctrl-C is a signal to this process as at any other time.
  const lines = createInterface({ input, output, terminal: false });
  const ended = new Promise<string>((resolve) => lines.once("close", () => resolve("no")));
  try {
    const asked = lines.question(`${question} [Y/n] `, signal === undefined ? {} : { signal });
    const answer = await Promise.race([asked, ended]);
    return /^(y(es)?)?$/i.test(answer.trim());
  } finally {
    lines.close();
  }
}
