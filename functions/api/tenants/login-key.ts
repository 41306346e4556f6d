/**
 * The key of a login link. It is told once, in the answer to whoever asked for it, and written nowhere.
 *
 * @module
 */
import { createHash, randomBytes } from "node:crypto";
import { siteUrl } from "../../../shared/tenant/names.ts";

export interface LoginKey {
  /** The secret. */
  key: string;
  /** What stands for it wherever something is written. */
  hash: string;
}

export function newLoginKey(): LoginKey {
  const key = randomBytes(32).toString("base64url");
  return { key, hash: createHash("sha256").update(key).digest("hex") };
}

/** Where the user of a site sets a password with it, and is then logged in. */
export function loginUrl(host: string, { key }: LoginKey): string {
  return `${siteUrl(host)}/update-password?key=${key}`;
}
