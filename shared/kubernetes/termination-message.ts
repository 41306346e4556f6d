/**
 * What a container left to say when it ended. Pure.
 *
 * @module
 */
import { isMapOfTexts } from "../tenant/field-checks.ts";
import type { AppVersions } from "../tenant/app-versions.ts";
import type { JobStep } from "../reconciler/decision.ts";
import { lastWords } from "./last-words.ts";

export interface TerminationMessage {
  /** The script's last step; null where no script left the message. */
  step: string | null;
  /** The last words; empty where there are none. */
  text: string;
  /** Its failure for programs; empty where the script gave it no name. */
  code: string;
  /** The patch of an app's at which a migration failed; empty where it was none. */
  patch: string;
  /** The versions of the site's apps; null where nobody looked. */
  apps: AppVersions | null;
  /** What the success has come to, such as the size of a backup; null where it came to nothing to tell. */
  result: Record<string, number> | null;
  /** The script's steps in the order in which they began. */
  steps: JobStep[];
  /** When it was left; null where that is not in it. */
  endedAt: Date | null;
}

/** What is left out where no script left the message. */
const NOTHING_MORE = { code: "", patch: "", apps: null, result: null, steps: [], endedAt: null };

/**
 * A site script ends with `{"step","steps","ended"}` as its termination message, with a `"reason"` where it has failed
 * or its success is not the plain one, and may add a `"code"` and a `"patch"`, or the `"result"` of a success and the `"apps"` of the site. One that could not leave it, being killed, say, leaves
 * the end of its log instead, of which the last line says most.
 */
export function parseTerminationMessage(message = ""): TerminationMessage {
  const { step, reason, code, patch, apps, result, steps, ended } = fieldsOf(message);
  const isScripts = typeof reason === "string" || (reason === undefined && Array.isArray(steps));
  if (typeof step !== "string" || !isScripts) {
    return { step: null, text: lastWords(message), ...NOTHING_MORE };
  }
  return {
    step,
    text: typeof reason === "string" ? lastWords(reason) : "",
    code: typeof code === "string" ? code : "",
    patch: typeof patch === "string" ? lastWords(patch) : "",
    apps: toApps(apps),
    result: toResult(result),
    steps: Array.isArray(steps) ? steps.flatMap(toStep) : [],
    endedAt: toDate(ended),
  };
}

function fieldsOf(message: string): Record<string, unknown> {
  try {
    return { ...(JSON.parse(message) as Record<string, unknown> | null) };
  } catch {
    return {};
  }
}

/** Only whole: half of a list would read as if an app were gone. */
function toApps(apps: unknown): AppVersions | null {
  return isMapOfTexts(apps) ? (apps as AppVersions) : null;
}

/** The numbers of an object. */
function toResult(result: unknown): Record<string, number> | null {
  if (typeof result !== "object" || result === null) return null;
  return Object.fromEntries(
    Object.entries(result).filter(
      (entry): entry is [string, number] => typeof entry[1] === "number",
    ),
  );
}

/** One of `[name, seconds]`. */
function toStep(entry: unknown): JobStep[] {
  if (!Array.isArray(entry)) return [];
  const [name, seconds] = entry as unknown[];
  const since = toDate(seconds);
  return typeof name === "string" && since !== null ? [{ name, since }] : [];
}

/** A time as a script tells it, in seconds since 1970. */
function toDate(seconds: unknown): Date | null {
  if (typeof seconds !== "number") return null;
  const date = new Date(Math.round(seconds * 1000));
  return Number.isNaN(date.getTime()) ? null : date;
}
