/**
 * How long the functions keep a connection open on which nothing comes.
 *
 * @module
 */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Server } from "node:http";

/**
 * Longer than whoever reuses the connection does, 600 s at Google's load balancers, so that it is never closed at
 * the moment when the next request comes (ADR 24). Node's own 5 s are shorter than any.
 */
export const KEEP_ALIVE_SECONDS = 620;

/** Sets it on the server that the functions framework starts, when the first request is there. */
export function keepConnectionsOpen(): void {
  const channel = "http.server.request.start";
  const onFirstRequest = (message: unknown) => {
    unsubscribe(channel, onFirstRequest);
    (message as { server: Server }).server.keepAliveTimeout = KEEP_ALIVE_SECONDS * 1000;
  };
  subscribe(channel, onFirstRequest);
}
