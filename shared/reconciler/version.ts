/**
 * The version of a record, as those see it who do not keep the records. Pure.
 *
 * @module
 */

declare const OPAQUE: unique symbol;

/** The version at which a record was read or written. Only the store makes one and knows what it holds. */
export interface Version {
  readonly [OPAQUE]: true;
}
