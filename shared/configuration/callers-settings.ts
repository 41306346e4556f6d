/**
 * What several settings say together of who may call the API. Pure.
 *
 * @module
 */
import { API_KEY_NAME } from "./setting-types.ts";
import { SettingsError } from "./settings-parser.ts";

/** Who may call, as the API needs it. */
export interface Callers {
  apiKeys: string[];
  /** Of each of `apiKeys`, at its place, the name of its caller. */
  apiKeyNames: string[];
  /** Addresses in lower case. */
  allowedCallers: string[];
  /** Likewise, and `key:NAME` for the keys of that name. */
  viewers: string[];
}

interface CallersSettings extends Omit<Callers, "apiKeyNames"> {
  audience: string | null;
  googleClientId: string | null;
  iapAudience: string | null;
}

interface NamedKey {
  key: string;
  name: string;
  /** Whether the name stands before the key. */
  isNamed: boolean;
}

const NAMED_KEY = new RegExp(`^(${API_KEY_NAME}):(.+)$`);

/** Throws a `SettingsError` where they contradict each other. */
export function toCallers(settings: CallersSettings): Callers {
  const keys = settings.apiKeys.map(toNamedKey);
  const problems = [...problemsOfAccounts(settings), ...problemsOfViewers(settings.viewers, keys)];
  if (problems.length > 0) throw new SettingsError(problems);
  return {
    apiKeys: keys.map(({ key }) => key),
    apiKeyNames: keys.map(({ name }) => name),
    allowedCallers: settings.allowedCallers.map((email) => email.toLowerCase()),
    viewers: settings.viewers.map((viewer) => viewer.toLowerCase()),
  };
}

/** A key with the name before it; without one, its place is its name. */
function toNamedKey(item: string, index: number): NamedKey {
  const [, name, key] = NAMED_KEY.exec(item) ?? [];
  return { key: key ?? item, name: name ?? `key-${index + 1}`, isNamed: name !== undefined };
}

/** Accounts are of use only where something tells them, and the other way round. */
function problemsOfAccounts(settings: CallersSettings): string[] {
  const { allowedCallers, viewers, audience, googleClientId, iapAudience } = settings;
  const ways = Object.entries({
    API_AUDIENCE: audience,
    GOOGLE_CLIENT_ID: googleClientId,
    IAP_AUDIENCE: iapAudience,
  });
  const set = ways.filter(([, value]) => value !== null);
  const lists = Object.entries({ ALLOWED_CALLERS: allowedCallers, VIEWERS: viewers });
  const withAccounts = lists.filter(([, list]) => list.some(isAccount));
  const names = ways.map(([name]) => name).join(", ");
  if (set.length === 0) {
    return withAccounts.map(([name]) => `${name} has accounts, so one of ${names} must be set.`);
  }
  if (withAccounts.length > 0) return [];
  return set.map(([name]) => `${name} is set, so ALLOWED_CALLERS or VIEWERS must have an account.`);
}

/**
 * A name by place does not count: with another key before it, the same name would be another key's. No
 * name is quoted, for it may be a key that somebody took for one.
 */
function problemsOfViewers(viewers: readonly string[], keys: readonly NamedKey[]): string[] {
  const names = new Set(keys.filter(({ isNamed }) => isNamed).map(({ name }) => `key:${name}`));
  return viewers.flatMap((viewer, index) =>
    isAccount(viewer) || names.has(viewer)
      ? []
      : [
          `VIEWERS must name keys by the names before them in API_KEYS; its item ${index + 1} is none.`,
        ],
  );
}

function isAccount(item: string): boolean {
  return item.includes("@");
}
