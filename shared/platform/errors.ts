/**
 * The errors of the three edges. Each edge classifies what its client library throws once, by code
 * or class and never by message text, and keeps the original as `cause`.
 *
 * @module
 */

/** Which edge the error comes from. */
export type Edge = "store" | "bus" | "cluster";

/**
 * - `unavailable`: no answer, or one that says to try again later
 * - `denied`: the credentials do not allow the call
 * - `invalid`: the other side refuses what was sent, or sent what cannot be understood
 */
export type EdgeErrorCode = "unavailable" | "denied" | "invalid";

/** A call to Firestore, Pub/Sub or Kubernetes failed. Its message never holds a secret. */
export class EdgeError extends Error {
  override readonly name = "EdgeError";
  readonly edge: Edge;
  readonly code: EdgeErrorCode;

  constructor(edge: Edge, code: EdgeErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.edge = edge;
    this.code = code;
  }
}

/** Whether the database could not be used, so that nothing is known of what was asked for. */
export function isStoreUnusable(error: unknown): boolean {
  return error instanceof EdgeError && error.edge === "store" && error.code !== "invalid";
}

/** A record that somebody else has written, or changed: it cannot be worked on before an operator corrects it. */
export class DamagedRecordError extends EdgeError {
  constructor(document: string, fields: readonly string[]) {
    super("store", "invalid", `Firestore: ${document} is damaged: ${fields.join(", ")}`);
  }
}
