/**
 * The key by which the testbed calls an API that it starts itself.
 *
 * @module
 */
export const API_KEY = "a-key-of-the-testbed";
