/**
 * What the commands that work on a local stack have in common: one sentence and exit code 1 when
 * something is missing, and a clean end on Ctrl-C and SIGTERM.
 *
 * @module
 */
import { SettingsError } from "../../shared/configuration/settings-parser.ts";
import type { LocalSettings } from "./local-settings.ts";
import type { EmulatorName } from "./emulator-name.ts";
import { askYesNo, consentOf } from "./prerequisites/consent.ts";
import { fetchEmulators, offerOf } from "./prerequisites/fetch-emulators.ts";
import { LocalProblem } from "./start-error.ts";
import { startStack } from "./local-stack.ts";
import type { Stack, StackOptions } from "./local-stack.ts";

/** Ended by Ctrl-C or SIGTERM. */
class Interrupted extends Error {
  override readonly name = "Interrupted";
}

export interface RunOptions extends Omit<StackOptions, "fetchMissing"> {
  codeWhenInterrupted: number;
  /** Whether `--fetch` was given: missing emulators are fetched without a question. */
  fetch?: boolean;
}

/**
 * Runs a command on a stack of its own and ends the process with the code that the command gives.
 * The stack ends with it, whatever happens.
 */
export async function runOnStack(
  options: RunOptions,
  command: (stack: Stack) => Promise<number>,
): Promise<void> {
  const interrupted = whenInterrupted();
  const interruption = new AbortController();
  interrupted.catch((error: unknown) => interruption.abort(error));
  const fetchMissing = (missing: EmulatorName[], settings: LocalSettings) =>
    offerToFetch(missing, { ...options, settings, signal: interruption.signal });
  let stack: Stack | undefined;
  try {
    stack = await orStop(startStack({ ...options, fetchMissing }), interrupted);
    const died = stack.death.then((sentence) => {
      throw new LocalProblem(`The stack has ended: ${sentence}.`);
    });
    process.exitCode = await Promise.race([command(stack), died, interrupted]);
  } catch (error) {
    process.exitCode = report(error, options.codeWhenInterrupted);
  } finally {
    await stack?.stop();
  }
  // Whatever a client library still holds open is of no use any more.
  process.exit();
}

/** Fetches emulators if the user allows it; else the stack says that they are missing. */
async function offerToFetch(
  missing: EmulatorName[],
  { env, fetch, settings, signal }: RunOptions & { settings: LocalSettings; signal: AbortSignal },
): Promise<void> {
  const { stdin, stdout } = process;
  const options = { env, output: stdout, mirror: settings.emulatorMirror, signal };
  const consent = consentOf({
    flag: fetch === true,
    setting: settings.fetchEmulators,
    env,
    isTerminal: stdin.isTTY && stdout.isTTY,
  });
  const isAllowed =
    consent === "ask"
      ? await askYesNo(offerOf(missing, options), stdin, stdout, signal)
      : consent === "yes";
  if (isAllowed) await fetchEmulators(missing, options);
}

function whenInterrupted(): Promise<never> {
  return new Promise((_, reject) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.once(signal, () => {
        // A second Ctrl-C ends at once; the reaper takes the children along.
        process.once(signal, () => process.exit(130));
        reject(new Interrupted(signal));
      });
    }
  });
}

/** The stack once it has started; one that is interrupted while it starts is stopped first. */
async function orStop(starting: Promise<Stack>, interrupted: Promise<never>): Promise<Stack> {
  try {
    return await Promise.race([starting, interrupted]);
  } catch (error) {
    await starting.then(
      (stack) => stack.stop(),
      () => {},
    );
    throw error;
  }
}

/** Says what went wrong and gives the exit code. */
function report(error: unknown, codeWhenInterrupted: number): number {
  if (error instanceof Interrupted) {
    console.log("stopping");
    return codeWhenInterrupted;
  }
  if (error instanceof SettingsError) {
    for (const problem of error.problems) console.error(problem);
  } else if (error instanceof LocalProblem) {
    console.error(error.message);
  } else {
    console.error(error);
  }
  return 1;
}
