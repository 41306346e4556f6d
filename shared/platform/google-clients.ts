/**
 * What the clients of Google's database and queue are told of the way there. Both speak REST (ADR 18), in the cloud
 * and to the emulators, which ask for no credentials and speak HTTP without TLS.
 *
 * @module
 */
import { PassThroughClient } from "google-auth-library";

/**
 * The options of a client. A call is ended on the way after so many milliseconds; else one that is given up here would
 * keep its connection for as long as nobody answers.
 */
export function connectionOptions(callMilliseconds: number, emulatorHost: string | undefined) {
  const transporterOptions = { timeout: callMilliseconds };
  return emulatorHost === undefined
    ? { clientOptions: { transporterOptions } }
    : { authClient: new PassThroughClient({ transporterOptions }), protocol: "http" };
}
