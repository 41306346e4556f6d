/**
 * Ports of the loopback address.
 *
 * @module
 */
import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo, NetConnectOpts, Server } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const LOOPBACK = "127.0.0.1";
const POLL_MILLISECONDS = 50;

/** Ports that are free now, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => listen(0)));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
  return ports;
}

/** Whether a server can be started at this port. */
export async function isPortFree(port: number): Promise<boolean> {
  const server = await listen(port).catch(() => null);
  await server?.[Symbol.asyncDispose]();
  return server !== null;
}

/** Settles when somebody listens at the port, or when the signal says to give up. */
export async function waitForPort(
  port: number,
  signal: AbortSignal,
  host = LOOPBACK,
): Promise<void> {
  while (!signal.aborted) {
    if (await isAnswered({ port, host })) return;
    await sleep(POLL_MILLISECONDS);
  }
}

async function listen(port: number): Promise<Server> {
  const server = createServer().listen(port, LOOPBACK);
  await once(server, "listening");
  return server;
}

/** Whether somebody answers at an address: a port of a host, or the path of a socket. */
export function isAnswered(address: NetConnectOpts): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
