/**
 * Of the Kubernetes client the calls that the cluster adapter makes, and the kinds of objects that these send and
 * receive. The client knows some thousand calls and hundreds of kinds, and makes all of them when it is loaded.
 *
 * Its files are generated, and cut here by their lines. A kind that were missing would be sent and received as it
 * is, with no dates made of its times; so the kinds are found in the calls, not named.
 *
 * @module
 */
import type { Plugin } from "esbuild";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { readRepositoryFile } from "../repository.ts";
import { BuildProblem } from "./build-error.ts";

/** Where all calls to the cluster are made. */
const ADAPTER = "shared/kubernetes/cluster.ts";

/** The files of the client that have a method, or some, for each call. */
const CALLS =
  /@kubernetes\/client-node\/dist\/gen\/(?:apis\/\w+Api|types\/(?:Observable|ObjectParam)API)\.js$/;

/** The file with the table of all kinds. */
const KINDS = /@kubernetes\/client-node\/dist\/gen\/models\/ObjectSerializer\.js$/;

/** Its files that say which kinds the calls send and receive. */
const APIS = ["BatchV1Api", "CoreV1Api"];

/** The bundler's plugin that does it. */
export const usedCalls: Plugin = {
  name: "used-calls",
  setup(build) {
    const calls = callsIn(Buffer.from(readRepositoryFile(ADAPTER)).toString());
    // Its modules only define, but its package.json does not say so, and nothing would be left out.
    build.onResolve({ filter: /./ }, async ({ path, pluginData, ...where }) => {
      const isOfClient = /@kubernetes\/client-node/.test(`${path} ${where.importer}`);
      if (!isOfClient || pluginData === usedCalls) return null;
      const resolved = await build.resolve(path, { ...where, pluginData: usedCalls });
      const isInClient = /@kubernetes\/client-node\//.test(resolved.path);
      return isInClient ? { ...resolved, sideEffects: false } : resolved;
    });
    build.onLoad({ filter: CALLS }, async ({ path }) => {
      return { contents: onlyCalls(calls, await readFile(path, "utf8")), loader: "js" };
    });
    build.onLoad({ filter: KINDS }, async ({ path }) => {
      const kinds = await kindsOf(calls, dirname(path));
      return { contents: onlyKinds(kinds, await readFile(path, "utf8")), loader: "js" };
    });
  },
};

/** The names of the calls that a source makes of the clients that the adapter calls `batch` and `core`. */
export function callsIn(source: string): ReadonlySet<string> {
  const calls = [...source.matchAll(/\b(?:batch|core)\.(\w+)\(/g)].map(([, name = ""]) => name);
  if (calls.length === 0) throw new BuildProblem(`${ADAPTER} makes no call to the cluster.`);
  return new Set(calls);
}

/** A method's first line, and its last, in a class of a generated file. */
const METHOD = /^ {4}(?:async )?(\w+)\(.*\) \{$/;
const END = "    }";

/** A generated file without the methods of all other calls. A constructor is no call. */
export function onlyCalls(calls: ReadonlySet<string>, source: string): string {
  let isLeftOut = false;
  const lines = source.split("\n").filter((line) => {
    const name = METHOD.exec(line)?.[1];
    if (name !== undefined) {
      isLeftOut = name !== "constructor" && !calls.has(name.replace(/WithHttpInfo$/, ""));
    }
    const isKept = !isLeftOut;
    if (line === END) isLeftOut = false;
    return isKept;
  });
  return lines.join("\n");
}

/** The kinds that the calls send and receive, with all that they consist of. */
async function kindsOf(calls: ReadonlySet<string>, models: string): Promise<ReadonlySet<string>> {
  const kinds = new Set<string>();
  const visit = async (source: string): Promise<void> => {
    for (const kind of kindsIn(source)) {
      if (kinds.has(kind)) continue;
      const model = await readFile(join(models, `${kind}.js`), "utf8").catch(() => null);
      if (model === null) continue;
      kinds.add(kind);
      await visit(model);
    }
  };
  for (const api of APIS) {
    await visit(onlyCalls(calls, await readFile(join(models, `../apis/${api}.js`), "utf8")));
  }
  return kinds;
}

/** What is named as the type of a body, an answer or an attribute, within arrays and maps too. */
function kindsIn(source: string): string[] {
  const types = source.matchAll(/(?:"type": |serialize\([^"\n]*)"(.+?)"/g);
  return [...types].flatMap(([, type = ""]) => type.match(/\w+/g) ?? []);
}

/** A line of the table's file that is about one kind, and the kind: it imports, exports or enters it. */
const KIND =
  /^(?:import \{ (\w+) \} from '\.\.\/models\/\w+\.js';|export \* from '\.\.\/models\/(\w+)\.js';| {4}"(\w+)": \3,)$/;

/** The table's file without the lines of all other kinds. */
export function onlyKinds(kinds: ReadonlySet<string>, source: string): string {
  const lines = source.split("\n").filter((line) => {
    const [, imported, exported, entered] = KIND.exec(line) ?? [];
    const kind = imported ?? exported ?? entered;
    return kind === undefined || kinds.has(kind);
  });
  return lines.join("\n");
}
