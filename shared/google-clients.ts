/**
 * How the clients of Google's databases and queues are told to speak: REST over HTTP/1.1, not gRPC. What
 * a function does first after idle is one read or one write, for which loading and connecting gRPC costs
 * more than the call itself (ADR 18 has the numbers).
 *
 * @module
 */
import { PassThroughClient } from "google-auth-library";

/** An emulator asks for no credentials, and speaks HTTP without TLS. */
export function emulatorOptions() {
  return {
    authClient: new PassThroughClient(),
    protocol: "http",
  };
}
