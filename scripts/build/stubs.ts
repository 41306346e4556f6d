/**
 * What packages load and nothing here uses, left out of the bundles. What is left out may be made, and throws
 * when it is called.
 *
 * @module
 */
import type { Plugin } from "esbuild";
import { BuildProblem } from "./build-error.ts";

/** Modules, as they are asked for, and by whom. */
interface Stub {
  modules: RegExp;
  importers: RegExp;
  /** Whether nobody else asks for these; else the others get them. */
  isForAll: boolean;
}

const STUBS: Stub[] = [
  // The static code of all protobuf messages of an API, megabytes of it, which Google's clients hand on to others, or
  // use in what is not called here: pipelines, long-running operations.
  {
    modules: /\/protos\/(protos|iam_service|locations|operations)$/,
    importers: /\/(index|fallback|longrunning|firestore_(v1|v1beta1|admin_v1)_proto_api)\.js$/,
    isForAll: true,
  },
  // The clients for locations and access policies that each of Google's clients makes.
  {
    modules: /^\.\/(iamService|locationService)$/,
    importers: /google-gax\/build\/src\/(index|fallback)\.js$/,
    isForAll: true,
  },
  // What undici is beside a client for HTTP.
  {
    modules: /^\.\/lib\/(mock|interceptor|cache|web\/(cache|cookies|eventsource|websocket))\//,
    importers: /undici\/index\.js$/,
    isForAll: false,
  },
];

const NAMESPACE = "stubs";

/** Whatever is taken from it is itself, until it is called. */
const ABSENT = `
const absent = new Proxy(function () {}, {
  get: () => absent,
  apply() { throw new Error("The build has left this out."); },
  construct: () => absent,
});
module.exports = absent;`;

/** The bundler's plugin that does it. Ends the build where somebody asks who should not. */
export const stubs: Plugin = {
  name: NAMESPACE,
  setup(build) {
    for (const { modules, importers, isForAll } of STUBS) {
      build.onResolve({ filter: modules }, ({ path, importer }) => {
        if (importers.test(importer)) return { path, namespace: NAMESPACE };
        if (!isForAll) return null;
        throw new BuildProblem(`${importer} asks for ${path}, which the build leaves out.`);
      });
    }
    build.onLoad({ filter: /.*/, namespace: NAMESPACE }, () => ({ contents: ABSENT }));
  },
};
