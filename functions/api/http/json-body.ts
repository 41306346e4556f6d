/**
 * Bodies in JSON, the only type that is understood.
 *
 * @module
 */
import { Problem } from "./problem.ts";

/** Those that JSON was ever sent in. Python says `utf8`. */
const CHARSETS = new Set(["utf-8", "utf8", "utf-16", "utf-16le", "utf-16be"]);

/**
 * The object or array that a body holds; undefined when there is no body, or it is of another type. Throws a
 * `Problem` where it is not what it says.
 */
export function parseJsonBody(body: Buffer, contentType = ""): unknown {
  const type = /^application\/json[ \t]*(?:;|$)/i.exec(contentType);
  if (type === null || body.length === 0) return undefined;
  const charset = /;\s*charset\s*=\s*"?([^\s";]*)/i.exec(contentType)?.[1] ?? "utf-8";
  if (!CHARSETS.has(charset.toLowerCase())) {
    throw new Problem(415, "The body's charset is not one that is understood.");
  }
  const value = parse(new TextDecoder(encodingOf(body, charset)).decode(body));
  if (typeof value !== "object" || value === null) throw notJson();
  return value;
}

/** `utf-16` alone says nothing of the order of the bytes; then the first two may. */
function encodingOf(body: Buffer, charset: string): string {
  const isBigEndian = body[0] === 0xfe && body[1] === 0xff;
  return charset.toLowerCase() === "utf-16" && isBigEndian ? "utf-16be" : charset;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw notJson();
  }
}

function notJson(): Problem {
  return new Problem(400, "The body is not a valid JSON object.");
}
