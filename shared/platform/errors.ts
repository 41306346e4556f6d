/**
 * The errors of the adapters. Each adapter classifies what its client library throws once, by code
 * or class and never by message text, and keeps the original as `cause`.
 *
 * @module
 */

/** Which adapter the error comes from. */
export type Adapter = "store" | "bus" | "cluster" | "certificates" | "bucket";

/**
 * - `unavailable`: no answer, or one that says to try again later
 * - `denied`: the credentials do not allow the call
 * - `invalid`: the other side refuses what was sent, or sent what cannot be understood
 */
export type AdapterErrorCode = "unavailable" | "denied" | "invalid";

/** A call to Firestore, Pub/Sub, Kubernetes, Certificate Manager or Cloud Storage failed. Its message never holds a secret. */
export class AdapterError extends Error {
  override readonly name = "AdapterError";
  readonly adapter: Adapter;
  readonly code: AdapterErrorCode;

  constructor(adapter: Adapter, code: AdapterErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.adapter = adapter;
    this.code = code;
  }
}

/** Whether the database could not be used, so that nothing is known of what was asked for. */
export function isStoreUnusable(error: unknown): boolean {
  return error instanceof AdapterError && error.adapter === "store" && error.code !== "invalid";
}

/** A record that somebody else has written, or changed: it cannot be worked on before an operator corrects it. */
export class DamagedRecordError extends AdapterError {
  constructor(document: string, fields: readonly string[]) {
    super("store", "invalid", `Firestore: ${document} is damaged: ${fields.join(", ")}`);
  }
}
