/**
 * Stands between a client and a server and counts the connections that the client opens.
 *
 * @module
 */
import { createServer, connect } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import type { Certificate } from "./loopback-certificate.ts";

/** Starts it before the server at `url`. With a certificate, clients speak TLS and the server does not. */
export async function startConnectionCounter(url: string, certificate: Certificate | null) {
  const { hostname, port: upstreamPort } = new URL(url);
  const open = new Set<Socket>();
  let opened = 0;
  const accept = (socket: Socket) => {
    opened += 1;
    open.add(socket);
    const upstream = connect(Number(upstreamPort), hostname);
    socket.pipe(upstream).pipe(socket);
    for (const end of [socket, upstream]) end.on("error", () => socket.destroy());
    socket.once("close", () => {
      open.delete(socket);
      upstream.destroy();
    });
  };
  const server = certificate === null ? createServer(accept) : createTlsServer(certificate, accept);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** How many were opened in all. */
    opened: () => opened,
    /** How many are open now. */
    open: () => open.size,
    stop(): void {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}
