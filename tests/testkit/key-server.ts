/**
 * A server that has Google's public keys, as those of Google have them.
 *
 * @module
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** Serves the keys at any path. Where there are none, it answers 500. */
export async function startKeyServer(firstKeys: object) {
  let keys: object | null = firstKeys;
  let reads = 0;
  const server = createServer((_request, response) => {
    reads += 1;
    response.statusCode = keys === null ? 500 : 200;
    response.setHeader("Cache-Control", "public, max-age=3600");
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify(keys));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`,
    reads: () => reads,
    serve(others: object | null): void {
      keys = others;
    },
    stop(): void {
      server.close();
      server.closeAllConnections();
    },
  };
}
