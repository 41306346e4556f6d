/**
 * A request as the API sees it: plain data, whatever server received it.
 *
 * @module
 */

export interface ApiRequest {
  /** Its `X-Request-ID`. */
  id: string;
  method: string;
  path: string;
  query: URLSearchParams;
  /** Names in lower case. */
  headers: Readonly<Record<string, string | undefined>>;
  /** The address that the request came from: the proxy's, where there is one. */
  peer: string | undefined;
  /** The parsed JSON body; undefined when there is none or it is of another type. */
  body: unknown;
  /** The body's size in bytes, as it was sent. */
  bodyLength: number;
}
