/** Versions of records that no store keeps. */
import type { Version } from "../../shared/reconciler/ports.ts";

/** A version that is the same as another one of this number. */
export function fakeVersion(number: number): Version {
  return number as unknown as Version;
}
