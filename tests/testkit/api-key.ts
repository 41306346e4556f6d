/**
 * The key by which the laboratory calls an API that it starts itself.
 *
 * @module
 */
export const API_KEY = "a-key-of-the-laboratory";
