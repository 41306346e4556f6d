/**
 * Ways to build the functions that are compared with the one that is deployed.
 *
 * @module
 */
import { REWRITES } from "../../build/bundle.ts";
import type { BundleOptions } from "../../build/bundle.ts";

/** By name. The first is what is deployed. Without their names the clients do not work. */
export const BUILD_VARIANTS: Readonly<Record<string, BundleOptions>> = {
  built: {},
  "plain esbuild": { rewrites: [], minify: { minify: true, keepNames: true } },
  ...Object.fromEntries(
    REWRITES.map((left) => [
      `without ${left.name}`,
      { rewrites: REWRITES.filter((rewrite) => rewrite !== left) },
    ]),
  ),
};
