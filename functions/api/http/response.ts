/**
 * A response as the API gives it: plain data, whatever server sends it.
 *
 * @module
 */

export interface ApiResponse {
  status: number;
  headers?: Record<string, string>;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it is, in place of a body, with the `Content-Type` among the headers. */
  content?: string | Uint8Array;
}
