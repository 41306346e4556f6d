/**
 * What packages load and nothing here uses, left out of the bundles: Google's clients for locations and access
 * policies, which each of their clients makes, and the static code of all protobuf messages of an API,
 * megabytes of it, which they hand on to others, or use in what is not called here (pipelines, long-running
 * operations). What is left out may be made, and throws when it is called.
 *
 * @module
 */
import type { Plugin } from "esbuild";
import { BuildProblem } from "./problem.ts";

/** The modules, as they are asked for, and the only files that ask for them. */
const MODULES =
  /\/protos\/(protos|iam_service|locations|operations)$|^\.\/(iamService|locationService)$/;
const IMPORTERS = /\/(index|fallback|longrunning|firestore_(v1|v1beta1|admin_v1)_proto_api)\.js$/;

const NAMESPACE = "left-out";

/** Whatever is taken from it is itself, until it is called. */
const ABSENT = `
const absent = new Proxy(function () {}, {
  get: () => absent,
  apply() { throw new Error("The build has left this out."); },
  construct: () => absent,
});
module.exports = absent;`;

/** The bundler's plugin that does it. Ends the build where somebody else asks for such a module. */
export const leftOut: Plugin = {
  name: NAMESPACE,
  setup(build) {
    build.onResolve({ filter: MODULES }, ({ path, importer }) => {
      if (IMPORTERS.test(importer)) return { path, namespace: NAMESPACE };
      throw new BuildProblem(`${importer} asks for ${path}, which the build leaves out.`);
    });
    build.onLoad({ filter: /.*/, namespace: NAMESPACE }, () => ({ contents: ABSENT }));
  },
};
