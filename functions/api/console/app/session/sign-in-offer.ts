/**
 * How people may sign in here, as the page was told by the function that served it.
 *
 * @module
 */

export interface SignInOffer {
  /** Of an OAuth client of Google's, for its button; null where there is none. */
  googleClientId: string | null;
  /** Whether a proxy in front of the API has asked who it is already. */
  isBehindProxy: boolean;
}
